import { createLimiter } from '../connectors/woocommerce/limiter.ts'
import { pageSize, readProducts, type ProductsCall } from '../connectors/woocommerce/woo-shop.ts'
import type { ShopOfCatalog } from './product.ts'
import { takeIn, type RereadDeps } from './take-in.ts'
import { touchUnchanged } from './touch-unchanged.ts'
import { listRereadTargets, type RereadTarget } from './reread-store.ts'

const minuteMs = 60_000
const callsAtOnce = 2

/**
 * Asks the shop what it has and charges now for many products: a hundred in a call, variations by parent and with their parents, two
 * calls at once, each answer taken in by a transaction of its own. For use outside a transaction. Returns the ids of those that are known
 * as the shop has them, also when it has them no more; of the others nothing should be announced. Once the shop does not answer, it is
 * not asked for the rest. What was heard from the shop within `freshMs` is taken as read.
 */
export async function rereadProducts(
  deps: RereadDeps,
  shop: ShopOfCatalog,
  productIds: readonly number[],
  { freshMs = minuteMs }: { freshMs?: number } = {},
): Promise<Set<number>> {
  const freshSince = new Date(deps.clock.now().getTime() - freshMs)
  const targets = await listRereadTargets(deps.db, shop.id, { ids: productIds, freshSince })
  const heard = await askFor(deps, shop, toCalls(targets.filter((target) => !target.isFresh)))
  const isKnown = ({ isFresh, wcId, parentWcId }: RereadTarget): boolean =>
    isFresh || (heard.has(wcId) && (parentWcId === null || heard.has(parentWcId)))
  return new Set(targets.filter(isKnown).map((target) => target.id))
}

function toCalls(targets: readonly RereadTarget[]): ProductsCall[] {
  const variations = new Map<number, number[]>()
  const whole = new Set<number>()
  for (const { wcId, parentWcId } of targets) {
    whole.add(parentWcId ?? wcId)
    if (parentWcId !== null) variations.set(parentWcId, [...(variations.get(parentWcId) ?? []), wcId])
  }
  // In one order, so that two who read the same families wait for each other and not in a circle.
  const first = { parentWcId: null, wcIds: [...whole].sort((one, other) => one - other) }
  return [first, ...[...variations].map(([parentWcId, wcIds]) => ({ parentWcId, wcIds }))].flatMap(cut)
}

function cut(call: ProductsCall): ProductsCall[] {
  const starts = Array.from({ length: Math.ceil(call.wcIds.length / pageSize) }, (_, at) => at * pageSize)
  return starts.map((start) => ({ ...call, wcIds: call.wcIds.slice(start, start + pageSize) }))
}

/** The shop's ids of those whose present state is known now. */
async function askFor(
  deps: RereadDeps,
  shop: ShopOfCatalog,
  calls: readonly ProductsCall[],
): Promise<Set<number>> {
  const heard = new Set<number>()
  if (calls.length === 0) return heard
  const client = await deps.wooClientOf(shop.id)
  const limit = createLimiter(callsAtOnce)
  let isAway = false
  const ask = async (call: ProductsCall): Promise<void> => {
    if (isAway) return
    const reads = await readProducts(client, call, shop.currency)
    if (reads === undefined) isAway = true
    const known = [...(reads ?? [])].filter(([, read]) => read.kind !== 'unavailable')
    await deps.db.transaction(async (tx) => {
      const isUnchanged = await touchUnchanged(tx, deps, shop, known)
      for (const [wcId, read] of known)
        if (!isUnchanged.has(wcId)) await takeIn(tx, deps, shop, { wcId, read })
    })
    for (const [wcId] of known) heard.add(wcId)
  }
  await Promise.all(calls.map((call) => limit(() => ask(call))))
  return heard
}
