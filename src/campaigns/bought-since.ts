/**
 * SQL: has this person (a root, with all merged records) ordered the item at or after a time, in an order that is not cancelled or
 * failed? `item` names columns or parameters of the query it stands in. Translations of the item count, and variations whose stock
 * it keeps.
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
      join products bought on bought.shop_id = o.shop_id and bought.wc_id in (line.product_wc_id, line.variation_wc_id)
    where buyer.root_id = ${item.personId} and o.shop_id = ${item.shopId} and o.counts and o.placed_at >= ${item.since}
      and (bought.item_key = ${item.itemKey} or (bought.stock_managed_by = 'parent' and bought.parent_id = ${item.productId})))`
}

/**
 * SQL: the same for many runs at once, found from the products instead of from each person: rows (run_id, person_id, last_at), the last
 * order of the run's item by each root. Stands behind a query `run` with the columns id, shop_id, product_id and item_key.
 */
export const boughtByRunSql = `
  select b.run_id, buyer.root_id as person_id, max(o.placed_at) as last_at
  from (
      select r.id as run_id, r.shop_id, p.wc_id from run r join products p on p.shop_id = r.shop_id and p.item_key = r.item_key
      union
      select r.id, r.shop_id, p.wc_id from run r join products p on p.parent_id = r.product_id and p.stock_managed_by = 'parent'
    ) b
    cross join lateral (
      select line.order_id from order_lines line where line.shop_id = b.shop_id and line.product_wc_id = b.wc_id
      union all
      select line.order_id from order_lines line where line.shop_id = b.shop_id and line.variation_wc_id = b.wc_id) line
    join orders o on o.id = line.order_id and o.counts and o.person_id is not null
    join people buyer on buyer.id = o.person_id
  group by b.run_id, buyer.root_id`
