import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { ProductFields } from './decide-product-change.ts'
import type { Product } from './product.ts'

const columns = `id, shop_id, wc_id, parent_id, parent_wc_id, kind, status, is_visible, name, sku, retailer_id, item_key,
  translation_group, permalink, image_url, description, attributes, category_ids, currency, price_minor, regular_price_minor,
  sale_price_minor, price_entered, sale_from, sale_to, stock_managed_by, stock_quantity, stock_status, min_quantity,
  low_stock_amount, is_in_stock, is_sellable, stock_since, first_published_at, modified_at`

export async function findProductByWcId(
  sql: Sql,
  shopId: number,
  wcId: number,
): Promise<Product | undefined> {
  const [product] = await sql.query<Product>(
    `select ${columns} from products where shop_id = $1 and wc_id = $2`,
    [shopId, wcId],
  )
  return product
}

export async function findProduct(sql: Sql, id: number): Promise<Product | undefined> {
  const [product] = await sql.query<Product>(`select ${columns} from products where id = $1`, [id])
  return product
}

/** Throws HubError `product_missing`. */
export async function loadProduct(sql: Sql, id: number): Promise<Product> {
  const product = await findProduct(sql, id)
  if (product === undefined) throw new HubError('product_missing', `There is no product with the id ${id}.`)
  return product
}

/** By the id that the Meta catalogue knows it by. */
export async function findProductByRetailerId(
  sql: Sql,
  shopId: number,
  retailerId: string,
): Promise<Product | undefined> {
  const [product] = await sql.query<Product>(
    `select ${columns} from products where shop_id = $1 and retailer_id = $2 and status <> 'deleted' order by id limit 1`,
    [shopId, retailerId],
  )
  return product
}

export async function findProductBySku(sql: Sql, shopId: number, sku: string): Promise<Product | undefined> {
  const [product] = await sql.query<Product>(
    `select ${columns} from products where shop_id = $1 and sku = $2 and status <> 'deleted' order by id limit 1`,
    [shopId, sku],
  )
  return product
}

/** In the shop's own order of creation. */
export function listVariations(sql: Sql, parentId: number): Promise<Product[]> {
  return sql.query<Product>(
    `select ${columns} from products where parent_id = $1 and status not in ('trash', 'deleted') order by wc_id`,
    [parentId],
  )
}

/** Versions of one product and of its variations are applied one at a time. */
export async function lockFamily(tx: Tx, shopId: number, parentWcId: number): Promise<void> {
  await tx.execute(
    `select pg_advisory_xact_lock(hashtextextended('product:' || $1::text || ':' || $2::text, 0))`,
    [shopId, parentWcId],
  )
}

/** Of many, always in the same order. */
export async function lockFamilies(tx: Tx, shopId: number, parentWcIds: readonly number[]): Promise<void> {
  await tx.execute(
    `select pg_advisory_xact_lock(hashtextextended('product:' || $1::text || ':' || sorted.id::text, 0))
     from (select id from unnest($2::bigint[]) id order by id) sorted`,
    [shopId, parentWcIds],
  )
}

/** The members of many families. */
export function listFamilies(tx: Tx, shopId: number, parentWcIds: readonly number[]): Promise<Product[]> {
  return tx.query<Product>(
    `select ${columns} from products where shop_id = $1 and wc_id = any($2)
     union all select ${columns} from products where shop_id = $1 and parent_wc_id = any($2) order by wc_id`,
    [shopId, parentWcIds],
  )
}

/** A product and its variations, by the shop's id of the product; any of them may be missing. Read under the family's lock. */
export function listFamily(tx: Tx, shopId: number, parentWcId: number): Promise<Product[]> {
  return tx.query<Product>(
    `select ${columns} from products where shop_id = $1 and (wc_id = $2 or parent_wc_id = $2) order by wc_id`,
    [shopId, parentWcId],
  )
}

/** Returns the product's id. Its retailer_id depends on other products' SKUs and is kept by settleRetailerIds. */
export async function saveProduct(tx: Tx, shopId: number, fields: ProductFields, now: Date): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `insert into products (shop_id, wc_id, parent_id, parent_wc_id, kind, status, is_visible, name, sku, retailer_id, item_key,
       translation_group, permalink, image_url, description, attributes, category_ids, currency, price_minor, regular_price_minor,
       sale_price_minor, price_entered, sale_from, sale_to, stock_managed_by, stock_quantity, stock_status, min_quantity,
       low_stock_amount, is_in_stock, is_sellable, stock_since, modified_at, created_at, updated_at, checked_at, first_published_at)
     values ($1, $2::bigint, $3, $4, $5, $6, $7, $8, $9, 'wc_' || $2::bigint, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $33, $33, $34)
     on conflict (shop_id, wc_id) do update set parent_id = excluded.parent_id, parent_wc_id = excluded.parent_wc_id,
       kind = excluded.kind, status = excluded.status, is_visible = excluded.is_visible, name = excluded.name, sku = excluded.sku,
       item_key = excluded.item_key, translation_group = excluded.translation_group,
       permalink = excluded.permalink, image_url = excluded.image_url, description = excluded.description,
       attributes = excluded.attributes, category_ids = excluded.category_ids, currency = excluded.currency,
       price_minor = excluded.price_minor, regular_price_minor = excluded.regular_price_minor,
       sale_price_minor = excluded.sale_price_minor, price_entered = excluded.price_entered, sale_from = excluded.sale_from,
       sale_to = excluded.sale_to, stock_managed_by = excluded.stock_managed_by, stock_quantity = excluded.stock_quantity,
       stock_status = excluded.stock_status, min_quantity = excluded.min_quantity, low_stock_amount = excluded.low_stock_amount,
       is_in_stock = excluded.is_in_stock, is_sellable = excluded.is_sellable, stock_since = excluded.stock_since,
       modified_at = excluded.modified_at, deleted_at = null, updated_at = excluded.updated_at,
       checked_at = greatest(products.checked_at, excluded.checked_at), first_published_at = excluded.first_published_at
     returning id`,
    [
      shopId,
      fields.wcId,
      fields.parentId,
      fields.parentWcId,
      fields.kind,
      fields.status,
      fields.isVisible,
      fields.name,
      fields.sku,
      fields.itemKey,
      fields.translationGroup,
      fields.permalink,
      fields.imageUrl,
      fields.description,
      JSON.stringify(fields.attributes),
      fields.categoryIds,
      fields.currency,
      fields.priceMinor,
      fields.regularPriceMinor,
      fields.salePriceMinor,
      fields.priceEntered,
      fields.saleFrom,
      fields.saleTo,
      fields.stockManagedBy,
      fields.stockQuantity,
      fields.stockStatus,
      fields.minQuantity,
      fields.lowStockAmount,
      fields.isInStock,
      fields.isSellable,
      fields.stockSince,
      fields.modifiedAt,
      now,
      fields.firstPublishedAt,
    ],
  )
  if (row === undefined) throw new HubError('product_missing', `The product ${fields.wcId} was not saved.`)
  return row.id
}

/** The shop has said again what we knew, or something older: that it was heard from counts. */
export async function touchProducts(
  tx: Tx,
  said: readonly { id: number; modifiedAt: Date }[],
  seenAt: Date,
): Promise<void> {
  await tx.execute(
    `update products p set modified_at = greatest(p.modified_at, said.modified_at), checked_at = greatest(p.checked_at, $3)
     from unnest($1::bigint[], $2::timestamptz[]) said(id, modified_at)
     where p.id = said.id and (p.modified_at < said.modified_at or p.checked_at is null or p.checked_at < $3)`,
    [said.map(({ id }) => id), said.map(({ modifiedAt }) => modifiedAt), seenAt],
  )
}

/**
 * Gone from sale; stock and price stay as last known. For good, its variations go with it. To the trash they go by themselves: the shop
 * sends a word for each, in lanes of their own, and a parent's that is handled late must not take back a variation that has returned.
 * Until then it is their parent that keeps them from sale. Returns the ids of the rows it changed.
 */
export async function markGone(
  tx: Tx,
  product: { id: number; shopId: number; wcId: number },
  status: 'trash' | 'deleted',
  now: Date,
): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `update products set status = $4, is_sellable = false, deleted_at = case when $4 = 'deleted' then $5::timestamptz end,
       updated_at = $5, checked_at = greatest(checked_at, $5)
     where (id = $1 or ($4 = 'deleted' and shop_id = $2 and parent_wc_id = $3)) and status <> $4 and status <> 'deleted' returning id`,
    [product.id, product.shopId, product.wcId, status, now],
  )
  return rows.map((row) => row.id)
}
