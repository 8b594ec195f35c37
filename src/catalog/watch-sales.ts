import { createBackOff } from './back-off.ts'
import type { ShopOfCatalog } from './product.ts'
import { rereadProducts } from './reread-products.ts'
import type { RereadDeps } from './take-in.ts'
import { listDueSales } from './sale-store.ts'

export interface SaleDeps extends RereadDeps {
  loadShop: (shopId: number) => Promise<ShopOfCatalog>
}

const perRound = 200

/**
 * Sale dates say when to look, not what is charged: what the shop answers is what counts. One round of the lane asks for a part of what
 * is due and returns how many were read. A shop that does not answer is left alone for a while, as is a product whose answer cannot be
 * understood, so that neither holds the others up.
 */
export function createSaleWatch(deps: SaleDeps): () => Promise<number> {
  const quiet = { shops: createBackOff(), products: createBackOff() }
  return async () => {
    const now = deps.clock.now()
    const except = { shops: quiet.shops.list(now), products: quiet.products.list(now) }
    const due = await listDueSales(deps.db, now, { limit: perRound, except })
    let read = 0
    for (const shopId of new Set(due.map((product) => product.shopId))) {
      const ids = due.filter((product) => product.shopId === shopId).map((product) => product.id)
      const known = await readSales(deps, shopId, ids)
      read += known.size
      if (known.size > 0) quiet.shops.clear(shopId)
      else if (ids.length > 1) quiet.shops.put(shopId, now)
      for (const id of ids) {
        if (known.has(id)) quiet.products.clear(id)
        // With nothing read it is rather the shop than the product.
        else if (known.size > 0 || ids.length === 1) quiet.products.put(id, now)
      }
    }
    return read
  }
}

async function readSales(deps: SaleDeps, shopId: number, ids: readonly number[]): Promise<Set<number>> {
  try {
    return await rereadProducts(deps, await deps.loadShop(shopId), ids, { freshMs: 0 })
  } catch (thrown) {
    deps.log.warn({ shopId, err: thrown }, 'the products whose sales begin or end could not be read')
    return new Set()
  }
}
