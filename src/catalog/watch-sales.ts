import type { ShopOfCatalog } from './product.ts'
import { rereadProducts } from './reread-products.ts'
import type { RereadDeps } from './take-in.ts'
import { listDueSales } from './sale-store.ts'

export interface SaleDeps extends RereadDeps {
  loadShop: (shopId: number) => Promise<ShopOfCatalog>
}

const perRound = 200
const minuteMs = 60_000
const longestPauseMs = 32 * minuteMs

/**
 * Sale dates say when to look, not what is charged: what the shop answers is what counts. One round of the lane asks for a part of what
 * is due and returns how many were read; a shop that does not answer is left alone for a minute, then for twice as long each time.
 */
export function createSaleWatch(deps: SaleDeps): () => Promise<number> {
  const quiet = new Map<number, { until: Date; pauseMs: number }>()
  return async () => {
    const now = deps.clock.now()
    const except = [...quiet].filter(([, { until }]) => until > now).map(([shopId]) => shopId)
    const due = await listDueSales(deps.db, now, { limit: perRound, except })
    let read = 0
    for (const shopId of new Set(due.map((product) => product.shopId))) {
      const ids = due.filter((product) => product.shopId === shopId).map((product) => product.id)
      const known = await readSales(deps, shopId, ids)
      read += known
      if (known === ids.length) quiet.delete(shopId)
      else quiet.set(shopId, nextPause(now, quiet.get(shopId)))
    }
    return read
  }
}

async function readSales(deps: SaleDeps, shopId: number, ids: readonly number[]): Promise<number> {
  try {
    return (await rereadProducts(deps, await deps.loadShop(shopId), ids, { freshMs: 0 })).size
  } catch (thrown) {
    deps.log.warn({ shopId, err: thrown }, 'the products whose sales begin or end could not be read')
    return 0
  }
}

function nextPause(now: Date, last: { pauseMs: number } | undefined): { until: Date; pauseMs: number } {
  const pauseMs = Math.min(longestPauseMs, (last?.pauseMs ?? minuteMs / 2) * 2)
  return { until: new Date(now.getTime() + pauseMs), pauseMs }
}
