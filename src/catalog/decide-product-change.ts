import type { WooProduct } from '../connectors/woocommerce/woo-product.ts'
import { deriveParent, deriveVariation } from './decide-family.ts'
import { decideFirstPublished } from './decide-first-published.ts'
import { isStockItem, type StockRules } from './decide-sellable.ts'
import { decideShownPrices, isShownOtherwise } from './decide-shown-prices.ts'
import type { ChangeSource } from './product-changes.ts'
import type { Product } from './product.ts'

/** A product without what only the database knows. */
export type ProductFields = Omit<Product, 'id' | 'shopId' | 'retailerId'>

export interface ChangeContext {
  parent: Product | null
  /** The product's own, those in the trash left out. */
  variations: readonly Product[]
  rules: StockRules
  source: ChangeSource
}

export type ProductChange =
  | { kind: 'stale' }
  | { kind: 'unchanged' }
  | {
      kind: 'changed'
      fields: ProductFields
      /** Of a stock item: its quantity changed, or whether it is in stock. */
      stockChange: 'up' | 'down' | undefined
      priceChanged: boolean
      /** What people saw it for before cannot be compared with what they see now. */
      isShownOtherwise: boolean
      /** The spell in stock of a stock item. */
      cycle: 'opened' | 'closed' | undefined
    }

/**
 * What a version of a product, just received, changes about the one we hold. Older versions change nothing; of two from the same second
 * the later received counts. First sight opens no cycle, and neither does anything but stock.
 */
export function decideProductChange(
  known: Product | null,
  incoming: WooProduct,
  context: ChangeContext,
): ProductChange {
  if (known !== null && isStale(known, incoming, context.source)) return { kind: 'stale' }
  const fields = toFields(known, incoming, context)
  if (known === null) {
    const nothingBefore = {
      stockChange: undefined,
      priceChanged: false,
      isShownOtherwise: false,
      cycle: undefined,
    }
    return { kind: 'changed', fields, ...nothingBefore }
  }
  if (isSame(known, fields)) return { kind: 'unchanged' }
  const wasItem = isStockItem(known, context.variations)
  const isOther = isShownOtherwise(known, fields)
  const staysItem = wasItem && isStockItem(fields, context.variations)
  return {
    kind: 'changed',
    fields,
    stockChange: staysItem ? stockChangeOf(known, fields) : undefined,
    priceChanged: known.currency !== fields.currency || (known.priceMinor !== fields.priceMinor && !isOther),
    isShownOtherwise: isOther,
    cycle: wasItem ? cycleOf(known, fields, staysItem) : undefined,
  }
}

/**
 * A deletion carries no date. What a webhook brings afterwards is a return only if it is newer than the version from before: an
 * untrashed product has a new date, a late copy has the old one. A fresh read of the shop is always right.
 */
function isStale(known: Product, incoming: WooProduct, source: ChangeSource): boolean {
  if (incoming.modifiedAt < known.modifiedAt) return true
  const wouldReturn = (known.status === 'trash' || known.status === 'deleted') && incoming.status !== 'trash'
  return wouldReturn && source === 'webhook' && incoming.modifiedAt.getTime() === known.modifiedAt.getTime()
}

function toFields(known: Product | null, incoming: WooProduct, context: ChangeContext): ProductFields {
  const { shownPrice: _, createdAt: __, ...said } = incoming
  const own: ProductFields = {
    ...said,
    ...decideShownPrices(incoming, { ...context, known }),
    parentId: null,
    itemKey: '',
    isInStock: known?.isInStock ?? false,
    isSellable: false,
    stockSince: known?.stockSince ?? null,
    firstPublishedAt: decideFirstPublished(known, incoming),
  }
  const { rules } = context
  const derivation = { rules, at: incoming.modifiedAt }
  const derived =
    incoming.kind === 'variation'
      ? deriveVariation(own, context.parent, derivation)
      : deriveParent(own, context.variations, derivation)
  return { ...own, ...derived, stockSince: known === null ? incoming.modifiedAt : derived.stockSince }
}

function stockChangeOf(known: Product, fields: ProductFields): 'up' | 'down' | undefined {
  if (known.isInStock !== fields.isInStock) return fields.isInStock ? 'up' : 'down'
  if (known.stockQuantity === fields.stockQuantity) return undefined
  return (fields.stockQuantity ?? 0) > (known.stockQuantity ?? 0) ? 'up' : 'down'
}

function cycleOf(known: Product, fields: ProductFields, staysItem: boolean): 'opened' | 'closed' | undefined {
  if (!staysItem) return known.isInStock ? 'closed' : undefined
  if (known.isInStock === fields.isInStock) return undefined
  return fields.isInStock ? 'opened' : 'closed'
}

function isSame(known: Product, fields: ProductFields): boolean {
  return Object.entries(fields).every(([name, value]) => {
    const before = known[name as keyof ProductFields]
    return name === 'modifiedAt' || JSON.stringify(before) === JSON.stringify(value)
  })
}
