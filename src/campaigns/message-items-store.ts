import type { Sql } from '../platform/database.ts'

/** A product as a message names it. */
export interface MessageItem {
  id: number
  wcId: number
  name: string
  permalink: string | null
  imageUrl: string | null
  priceMinor: number | null
  currency: string
  isSellable: boolean
}

// A variation without a picture or an address of its own shows its parent's.
/** By id; one that is not a product's is left out. */
export async function listMessageItems(
  sql: Sql,
  productIds: readonly number[],
): Promise<ReadonlyMap<number, MessageItem>> {
  const items = await sql.query<MessageItem>(
    `select p.id, p.wc_id, p.name, coalesce(p.permalink, parent.permalink) as permalink,
       coalesce(p.image_url, parent.image_url) as image_url, p.price_minor, p.currency, p.is_sellable
     from products p left join products parent on parent.id = p.parent_id where p.id = any($1)`,
    [[...new Set(productIds)]],
  )
  return new Map(items.map((item) => [item.id, item]))
}
