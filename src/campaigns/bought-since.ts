/**
 * SQL: has this person (a root, with all merged records) ordered the item at or after a time, in an order that is not cancelled or
 * failed? `item` names columns or parameters of the query it stands in. Translations of the item count, and variations whose stock
 * it keeps. (`any(array[…])`: with `in (…)` PostgreSQL before 18 reads the whole index of products for every order line.)
 */
export function boughtSinceSql(item: {
  personId: string
  shopId: string
  itemKey: string
  productId: string
  since: string
}): string {
  return `exists (
    select 1 from people buyer join orders o on o.person_id = buyer.id join order_lines line on line.order_id = o.id
      join products bought on bought.shop_id = o.shop_id and bought.wc_id = any(array[line.product_wc_id, line.variation_wc_id])
    where buyer.root_id = ${item.personId} and o.shop_id = ${item.shopId} and o.counts and o.placed_at >= ${item.since}
      and (bought.item_key = ${item.itemKey} or (bought.stock_managed_by = 'parent' and bought.parent_id = ${item.productId})))`
}
