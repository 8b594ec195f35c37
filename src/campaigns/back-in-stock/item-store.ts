import type { Sql } from '../../platform/database.ts'

/** A sellable item as a message needs it. */
export interface Item {
  id: number
  wcId: number
  name: string
  permalink: string | null
  imageUrl: string | null
  priceMinor: number | null
  currency: string | null
  isInStock: boolean
  isSellable: boolean
  /** Null: the shop keeps no quantity. */
  quantity: number | null
}

// A variation without a picture or an address of its own shows its parent's.
const select = `select p.id, p.wc_id, p.name, coalesce(p.permalink, parent.permalink) as permalink,
  coalesce(p.image_url, parent.image_url) as image_url, p.price_minor, p.currency, p.is_in_stock, p.is_sellable,
  case p.stock_managed_by when 'none' then null when 'parent' then parent.stock_quantity else p.stock_quantity end as quantity
  from products p left join products parent on parent.id = p.parent_id`

export async function loadItem(sql: Sql, productId: number): Promise<Item> {
  const [item] = await sql.query<Item>(`${select} where p.id = $1`, [productId])
  if (item === undefined) throw new Error(`There is no product with the id ${productId}.`)
  return item
}
