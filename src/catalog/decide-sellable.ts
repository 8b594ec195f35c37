import type { Product } from './product.ts'

export interface StockRules {
  /** A product that can be ordered though the shop does not have it counts as in stock. */
  backorderIsInStock: boolean
}

type StockFields = Pick<Product, 'kind' | 'stockManagedBy' | 'stockQuantity' | 'stockStatus' | 'minQuantity'>

/**
 * Whether the shop has it, by its own account: by quantity where one is kept (it may be negative), else by the shop's word. What a
 * family's members have from each other is decided in decide-family.ts.
 */
export function hasOwnStock(item: StockFields, rules: StockRules): boolean {
  if (item.stockStatus === 'onbackorder') return rules.backorderIsInStock
  if (item.stockStatus !== 'instock') return false
  return item.stockManagedBy !== 'own' || (item.stockQuantity ?? 0) >= item.minQuantity
}

/** Published, visible, priced and in stock; so must a variation's parent be published and visible. */
export function isSellable(
  item: Pick<Product, 'kind' | 'status' | 'isVisible' | 'priceMinor' | 'isInStock'>,
  parent: Pick<Product, 'status' | 'isVisible'> | null,
): boolean {
  const isShown =
    item.kind === 'variation' ? parent !== null && isPublic(item) && isPublic(parent) : isPublic(item)
  return isShown && item.priceMinor !== null && item.isInStock
}

function isPublic(item: Pick<Product, 'status' | 'isVisible'>): boolean {
  return item.status === 'publish' && item.isVisible
}

/** Whether a parent keeps the stock of its variations; as long as none is known, it is taken at its word. */
export function keepsStockOfVariations(
  parent: Pick<Product, 'kind' | 'stockManagedBy'>,
  variations: readonly Pick<Product, 'stockManagedBy'>[],
): boolean {
  if (parent.kind !== 'variable' || parent.stockManagedBy !== 'own') return false
  return variations.length === 0 || variations.some((variation) => variation.stockManagedBy === 'parent')
}

/**
 * Whether stock is counted by this product: spells in stock are recorded for these alone. A variation whose parent keeps the stock is
 * none, and neither is a parent whose variations keep their own.
 */
export function isStockItem(
  item: Pick<Product, 'kind' | 'stockManagedBy'>,
  variations: readonly Pick<Product, 'stockManagedBy'>[],
): boolean {
  switch (item.kind) {
    case 'variable':
      return keepsStockOfVariations(item, variations)
    case 'simple':
    case 'variation':
    case 'other':
      return item.stockManagedBy !== 'parent'
    default:
      return false
  }
}
