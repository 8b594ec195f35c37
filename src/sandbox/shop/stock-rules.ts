import {
  nowSecondMs,
  type Fire,
  type Product,
  type ShopDeps,
  type ShopRequest,
  type StockStatus,
} from './shop-state.ts'

/** Who keeps the quantity of a product: itself, its parent, or nobody. */
export function stockKeeperOf({ state }: Pick<ShopDeps, 'state'>, product: Product): Product | undefined {
  if (product.manageStock) return product
  const parent = product.type === 'variation' ? state.products.find(product.parentId) : undefined
  return parent?.manageStock === true ? parent : undefined
}

export function variationsOf({ state }: Pick<ShopDeps, 'state'>, parentId: number): Product[] {
  return state.products.all().filter((one) => one.type === 'variation' && one.parentId === parentId)
}

function stockStatusFor(quantity: number, backorders: Product['backorders']): StockStatus {
  if (quantity > 0) return 'instock'
  return backorders === 'no' ? 'outofstock' : 'onbackorder'
}

/** Saves a product as WooCommerce does: the time moves even when nothing else does, the price is worked out anew. Fires nothing. */
export function saveProduct(deps: ShopDeps, product: Product): Product {
  const keepsStock = product.manageStock && product.stockQuantity !== null
  const saved = deps.state.products.put(product.id, {
    ...product,
    stockQuantity: product.manageStock ? (product.stockQuantity ?? 0) : null,
    stockStatus: keepsStock
      ? stockStatusFor(product.stockQuantity ?? 0, product.backorders)
      : product.stockStatus,
    price: product.type === 'variable' ? product.price : chargedNow(product, deps.clock.now().getTime()),
    modifiedMs: nowSecondMs(deps),
  })
  // A parent learns of its variations without being saved: no new time, no webhook. Those whose stock it keeps follow it as silently.
  if (saved.type === 'variation') refreshParent(deps, saved.parentId)
  else if (saved.type === 'variable') refreshFamily(deps, saved)
  return deps.state.products.find(saved.id) ?? saved
}

export function chargedNow(product: Product, nowMs: number): string {
  const { salePrice, saleFromMs, saleToMs, regularPrice } = product
  const isOn =
    salePrice !== '' &&
    (saleFromMs === null || saleFromMs <= nowMs) &&
    (saleToMs === null || nowMs < saleToMs)
  return isOn ? salePrice : regularPrice
}

function refreshParent(deps: ShopDeps, parentId: number): void {
  const parent = deps.state.products.find(parentId)
  if (parent !== undefined) refreshFamily(deps, parent)
}

function refreshFamily(deps: ShopDeps, parent: Product): void {
  const variations = variationsOf(deps, parent.id).filter(({ status }) => status === 'publish')
  const follow = (variation: Product): Product =>
    parent.manageStock && !variation.manageStock && variation.stockStatus !== parent.stockStatus
      ? deps.state.products.put(variation.id, { ...variation, stockStatus: parent.stockStatus })
      : variation
  const followed = variations.map(follow)
  const prices = followed.map(({ price }) => price).filter((price) => price !== '')
  const isAnyIn = followed.some(({ stockStatus }) => stockStatus !== 'outofstock')
  deps.state.products.put(parent.id, {
    ...parent,
    price: prices.sort((one, other) => Number(one) - Number(other))[0] ?? '',
    ...(parent.manageStock || followed.length === 0
      ? {}
      : { stockStatus: isAnyIn ? 'instock' : 'outofstock' }),
  })
}

/** Takes stock from a product or puts it back, by whoever keeps it; product.updated tells of the keeper. Unmanaged: nothing happens. */
export function moveStock(request: ShopRequest, product: Product, by: number): void {
  const keeper = stockKeeperOf(request, product)
  if (keeper === undefined) return
  saveProduct(request, { ...keeper, stockQuantity: (keeper.stockQuantity ?? 0) + by })
  fireUpdated(request.fire, keeper.id)
}

export function fireUpdated(fire: Fire, id: number): void {
  fire('product.updated', id)
}
