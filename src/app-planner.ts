import type { SharedParts } from './app-parts.ts'
import type { PlannerDeps } from './campaigns/planner.ts'
import { rereadProducts } from './catalog/reread-products.ts'
import { loadShop } from './shops/shop-store.ts'

/** What planning needs, for the lane and for the daily run. */
export function createPlannerDeps(parts: SharedParts): PlannerDeps {
  const { db, clock, random, log, lanes, connections, handlers } = parts
  const catalog = {
    ...handlers.catalog,
    db,
    clock,
    wooClientOf: (shopId: number) => connections.wooClientOf(shopId),
  }
  return {
    db,
    clock,
    random,
    log,
    wake: lanes.wake,
    atOnce: 2,
    rereadProducts: async (shopId, productIds) =>
      rereadProducts(catalog, await loadShop(db, shopId), productIds),
  }
}
