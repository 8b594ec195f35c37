import type { SharedParts } from './app-parts.ts'
import { createSaleWatch } from './catalog/watch-sales.ts'
import { loadShop } from './shops/shop-store.ts'

/** Beginnings and ends of sales; the sweep looks for them. */
export function registerSaleLane({ db, clock, lanes, connections, handlers }: SharedParts): void {
  const watchSales = createSaleWatch({
    ...handlers.catalog,
    db,
    clock,
    wooClientOf: (shopId) => connections.wooClientOf(shopId),
    loadShop: (shopId) => loadShop(db, shopId),
  })
  lanes.register('catalog.sales', watchSales)
}
