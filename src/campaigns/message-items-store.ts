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
/** In the order of the ids, each once; an id that is not a product's is left out. */
export function listMessageItems(sql: Sql, productIds: readonly number[]): Promise<MessageItem[]> {
  return sql.query<MessageItem>(
    `select p.id, p.wc_id, p.name, coalesce(p.permalink, parent.permalink) as permalink,
       coalesce(p.image_url, parent.image_url) as image_url, p.price_minor, p.currency, p.is_sellable
     from (select id, min(at) as at from unnest($1::bigint[]) with ordinality named(id, at) group by id) wanted
       join products p on p.id = wanted.id left join products parent on parent.id = p.parent_id
     order by wanted.at`,
    [productIds],
  )
}
