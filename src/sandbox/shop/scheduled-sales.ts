import { chargedNow, fireUpdated, saveProduct } from './stock-rules.ts'
import type { Product, ShopRequest } from './shop-state.ts'

/**
 * The jobs at the start and the end of sales, for all that are due by the shop's clock. At the end the product still carries its sale
 * price while it is charged the regular one already; the price alone can be believed. `isSilent`: no webhook tells, as when a shop's
 * scheduler starts them in a process that ends before its deliveries.
 */
export function runDueSales(request: ShopRequest, { isSilent }: { isSilent: boolean }): void {
  const nowMs = request.clock.now().getTime()
  for (const product of request.state.products.all()) {
    if (product.type === 'variable' || product.price === chargedNow(product, nowMs)) continue
    saveProduct(request, product)
    if (!isSilent) fireUpdated(request.fire, product.id)
  }
}

/** Says whether a sale is on, as WooCommerce does: the second of its end still counts. */
export function isOnSale(product: Product, nowMs: number): boolean {
  if (product.salePrice === '' || Number(product.salePrice) >= Number(product.regularPrice)) return false
  const hasBegun = product.saleFromMs === null || product.saleFromMs <= nowMs
  return hasBegun && (product.saleToMs === null || nowMs < product.saleToMs + 1_000)
}
