import type { InboundMessageUpdate } from '../connectors/meta/webhook-types.ts'
import { findProduct, findProductByRetailerId, listVariations } from '../catalog/product-store.ts'
import type { Product } from '../catalog/product.ts'
import { listOpenAlerts } from '../people/alerts.ts'
import { recordViews, type NewView } from '../people/record-views.ts'
import type { Sql, Tx } from '../platform/database.ts'
import { findLastAskedProduct, findOwnMessage } from './chat-store.ts'
import { productOfButton, type ProductInChat, type ReplyContext } from './decide-reply.ts'
import type { Turn } from './turn.ts'

/** Writes the views that a message is evidence of: the product asked about, and each item of a cart. Answers the one asked about. */
export async function recordChatViews(
  tx: Tx,
  at: { shopId: number; personId: number; receivedAt: Date },
  message: InboundMessageUpdate,
): Promise<Product | undefined> {
  const asked = message.referredProduct
  const seen = [
    ...(asked === undefined ? [] : [{ retailerId: asked.retailerId, kind: 'view' as const }]),
    ...(message.order?.items ?? []).map((item) => ({ retailerId: item.retailerId, kind: 'cart' as const })),
  ]
  const views: NewView[] = []
  let askedAbout: Product | undefined
  for (const { retailerId, kind } of seen) {
    const product = await findProductByRetailerId(tx, at.shopId, retailerId)
    if (product === undefined) continue
    if (kind === 'view') askedAbout = product
    views.push({
      ...at,
      productId: product.id,
      kind,
      source: 'chat',
      sourceKey: `${message.id}:${retailerId}`,
      priceMinor: product.priceMinor,
      currency: product.currency,
      inStock: product.isInStock,
      isWholeProductSoldOut: !product.isInStock && product.kind !== 'variation',
      at: message.at,
    })
  }
  await recordViews(tx, views)
  return askedAbout
}

export async function describeProduct(sql: Sql, product: Product): Promise<ProductInChat> {
  const isSoldOut = product.status === 'publish' && !product.isInStock
  const ownStock = product.kind === 'variable' && product.stockManagedBy === 'none'
  const variations = isSoldOut && ownStock ? await listVariations(sql, product.id) : []
  return {
    id: product.id,
    name: product.name,
    isSellable: product.isSellable,
    isSoldOut,
    soldOutVariations: variations
      .filter((variation) => variation.status === 'publish' && !variation.isInStock)
      .map((variation) => ({ id: variation.id, name: nameOfVariation(variation) })),
  }
}

export async function findProductInChat(
  sql: Sql,
  shopId: number,
  productId: number,
): Promise<ProductInChat | undefined> {
  const product = await findProduct(sql, productId)
  return product === undefined || product.shopId !== shopId ? undefined : describeProduct(sql, product)
}

const dayMs = 86_400_000

/**
 * What a "yes" or "tell me" is about: the product of our offer that the message answers, else the one the person last asked about within
 * a day. An answer to another message of ours is about nothing here.
 */
export async function findOffered(
  sql: Sql,
  { shop, person, message, now }: Pick<Turn, 'shop' | 'person' | 'message' | 'now'>,
): Promise<ReplyContext['offered']> {
  const answered =
    message.contextId === undefined ? undefined : await findOwnMessage(sql, shop.id, message.contextId)
  const productId =
    answered === undefined
      ? await findLastAskedProduct(sql, person.id, new Date(message.at.getTime() - dayMs))
      : answered.buttonIds.map(productOfButton).find((id) => id !== undefined)
  const product = productId === undefined ? undefined : await findProductInChat(sql, shop.id, productId)
  if (product === undefined) return undefined
  const itemIds = [product.id, ...product.soldOutVariations.map((variation) => variation.id)]
  const alerts = await listOpenAlerts(sql, person.id, now)
  return { product, isAwaited: alerts.some((alert) => itemIds.includes(alert.productId)) }
}

function nameOfVariation(variation: Product): string {
  const options = variation.attributes.map((attribute) => attribute.option).join(', ')
  return options === '' ? variation.name : options
}
