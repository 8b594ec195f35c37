import { hasOwnStock, isSellable, keepsStockOfVariations, type StockRules } from './decide-sellable.ts'
import type { Product } from './product.ts'

// WooCommerce sends no word about the parent when a variation changes, and none about the variations when the parent does. What they
// have from each other is derived here, the same whichever of them came first.

/** What a member of a family has from the others. */
export type DerivedFields = Pick<
  Product,
  'parentId' | 'name' | 'sku' | 'itemKey' | 'isInStock' | 'isSellable' | 'stockSince' | 'firstPublishedAt'
>

type Member = Omit<Product, 'id' | 'shopId' | 'retailerId'>

export interface FamilyContext {
  rules: StockRules
  /** The shop's time of the change that is being worked in: since when a member is in stock, or is not, if that changes. */
  at: Date
}

/** A product that is no variation; `variations`: its own, those in the trash left out. */
export function deriveParent(
  product: Member,
  variations: readonly Member[],
  context: FamilyContext,
): DerivedFields {
  const isDerived =
    product.kind === 'variable' && variations.length > 0 && !keepsStockOfVariations(product, variations)
  const isInStock = isDerived
    ? variations.some((variation) => variation.status === 'publish' && variation.isInStock)
    : hasOwnStock(product, context.rules)
  return {
    parentId: null,
    name: product.name,
    sku: product.sku,
    itemKey: toItemKey(product, product.sku),
    isInStock,
    isSellable: isSellable({ ...product, isInStock }, null),
    stockSince: sinceWhen(product, isInStock, context),
    firstPublishedAt: product.firstPublishedAt,
  }
}

/** `parent`: null as long as it is unknown; nothing is sold of such a variation. */
export function deriveVariation(
  variation: Member,
  parent: Product | null,
  context: FamilyContext,
): DerivedFields {
  const followsParent = variation.stockManagedBy === 'parent' && parent?.stockManagedBy === 'own'
  const isInStock = followsParent ? parent.isInStock : hasOwnStock(variation, context.rules)
  // A variation without a SKU of its own reports its parent's.
  const sku = variation.sku === parent?.sku ? null : variation.sku
  return {
    parentId: parent?.id ?? null,
    name: parent === null ? variation.name : nameVariation(variation, parent.name),
    sku,
    itemKey: toItemKey(variation, sku),
    isInStock,
    isSellable: isSellable({ ...variation, isInStock }, parent),
    stockSince: sinceWhen(variation, isInStock, context),
    firstPublishedAt: parent?.firstPublishedAt ?? null,
  }
}

/** Webhooks call a variation "Hoodie - S, Black", REST calls it "S, Black". */
function nameVariation(variation: Member, parentName: string): string {
  const options = variation.attributes.map((attribute) => attribute.option)
  return options.length === 0 ? variation.name : `${parentName} - ${options.join(', ')}`
}

function toItemKey(product: Pick<Product, 'wcId' | 'translationGroup'>, sku: string | null): string {
  if (product.translationGroup !== null) return `translation:${product.translationGroup}`
  return sku === null ? `id:${product.wcId}` : `sku:${sku}`
}

function sinceWhen(before: Member, isInStock: boolean, context: FamilyContext): Date | null {
  return before.isInStock === isInStock ? before.stockSince : context.at
}
