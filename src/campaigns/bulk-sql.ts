/**
 * SQL: the events that are part of a change of many items at once: rows (id) of a query `event` with the columns id and seen_at, one row
 * per item. More than a share of the shop's published items, and at least so many, within so many minutes before or after.
 */
export function bulkSql(names: {
  shopId: string
  minutes: string
  shareBps: string
  minItems: string
}): string {
  const span = `make_interval(mins => ${names.minutes}::int)`
  return `select id from (
      select id,
        count(*) over (order by seen_at range between ${span} preceding and current row) as before,
        count(*) over (order by seen_at range between current row and ${span} following) as following
      from event) near
    where greatest(before, following) >= ${names.minItems}::int
      and greatest(before, following) * 10000 > ${names.shareBps}::int * (
        select count(*) from products p
        where p.shop_id = ${names.shopId} and p.status = 'publish' and p.kind in ('simple', 'variation') and p.deleted_at is null)`
}
