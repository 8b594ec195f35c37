import type { WooProduct } from '../connectors/woocommerce/woo-product.ts'
import type { Product } from './product.ts'

/**
 * The shop's time of a product's first publication; null: not yet. That is when it was created, unless it was there unpublished at a later
 * time: then when it is first seen published.
 */
export function decideFirstPublished(
  known: Pick<Product, 'firstPublishedAt' | 'status' | 'modifiedAt'> | null,
  incoming: Pick<WooProduct, 'status' | 'createdAt' | 'modifiedAt'>,
): Date | null {
  if (known !== null && known.firstPublishedAt !== null) return known.firstPublishedAt
  if (incoming.status !== 'publish') return null
  const wasUnpublished = known !== null && known.status !== 'publish'
  return wasUnpublished && incoming.createdAt <= known.modifiedAt ? incoming.modifiedAt : incoming.createdAt
}
