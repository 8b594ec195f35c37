import type { Tx } from '../platform/database.ts'
import type { DerivedFields } from './decide-family.ts'

/** Writes what a product has from the others of its family. */
export async function saveDerived(tx: Tx, id: number, derived: DerivedFields, now: Date): Promise<void> {
  await tx.execute(
    `update products set parent_id = $2, name = $3, sku = $4, item_key = $5, is_in_stock = $6, is_sellable = $7, stock_since = $8,
       first_published_at = $9, updated_at = $10 where id = $1`,
    [
      id,
      derived.parentId,
      derived.name,
      derived.sku,
      derived.itemKey,
      derived.isInStock,
      derived.isSellable,
      derived.stockSince,
      derived.firstPublishedAt,
      now,
    ],
  )
}

/**
 * Gives every product with one of these SKUs its id in the Meta catalogue: the SKU where it has at most 100 characters and no other
 * product on sale has it, translations of the same product aside; else `wc_<id>`.
 */
export async function settleRetailerIds(tx: Tx, shopId: number, skus: readonly string[]): Promise<void> {
  // Two products that take the same SKU at the same time would not see each other.
  await tx.execute(
    `select pg_advisory_xact_lock(hashtextextended('sku:' || $1::text || ':' || sku, 0))
     from (select sku from unnest($2::text[]) sku order by sku) sorted`,
    [shopId, skus],
  )
  await tx.execute(
    `update products p set retailer_id = n.retailer_id
     from (
       select p.id, case when length(p.sku) <= 100 and (
           select count(distinct coalesce('translation:' || o.translation_group, 'id:' || o.id)) from products o
           where o.shop_id = p.shop_id and o.sku = p.sku and (o.id = p.id or o.status not in ('trash', 'deleted'))) = 1
         then p.sku else 'wc_' || p.wc_id end as retailer_id
       from products p where p.shop_id = $1 and p.sku = any($2)
     ) n
     where p.id = n.id and p.retailer_id <> n.retailer_id`,
    [shopId, skus],
  )
  await tx.execute(
    `update products set retailer_id = 'wc_' || wc_id
     where shop_id = $1 and sku is null and retailer_id = any($2)`,
    [shopId, skus],
  )
}
