import type { Tx } from '../platform/database.ts'

/** A product is priced in another currency now, or with tax instead of without: what people last saw it for says nothing any more. */
export async function forgetSeenPrices(tx: Tx, productId: number): Promise<void> {
  await tx.execute(
    'update product_interest set last_price_minor = null where product_id = $1 and last_price_minor is not null',
    [productId],
  )
}
