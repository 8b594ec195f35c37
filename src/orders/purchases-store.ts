import type { Tx } from '../platform/database.ts'

/**
 * Works out what these records have bought, from their orders. Beside another order of the same person the later one waits here, so
 * that it counts the earlier one too.
 */
export async function recountPurchases(tx: Tx, personIds: readonly number[], now: Date): Promise<void> {
  const ids = [...new Set(personIds)].sort((a, b) => a - b)
  for (const id of ids) {
    await tx.execute(`select pg_advisory_xact_lock(hashtextextended('purchases:' || $1::text, 0))`, [id])
  }
  await recountOrders(tx, ids, now)
  await recountCategories(tx, ids)
}

async function recountOrders(tx: Tx, personIds: readonly number[], now: Date): Promise<void> {
  await tx.execute(
    `delete from person_purchases p where p.person_id = any($1)
       and not exists (select 1 from orders o where o.person_id = p.person_id and o.counts)`,
    [personIds],
  )
  await tx.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     select o.person_id, o.shop_id, count(*) filter (where o.paid_at is not null), min(o.placed_at), max(o.placed_at),
       coalesce(sum(o.items_minor - o.refunded_minor) filter (where o.paid_at is not null and o.currency = s.currency), 0), $2
     from orders o join shops s on s.id = o.shop_id
     where o.person_id = any($1) and o.counts group by o.person_id, o.shop_id
     on conflict (person_id) do update set orders = excluded.orders, first_order_at = excluded.first_order_at,
       last_order_at = excluded.last_order_at, spent_minor = excluded.spent_minor, updated_at = excluded.updated_at`,
    [personIds, now],
  )
}

// A line names a variation's parent as its product, and the parent has the categories.
async function recountCategories(tx: Tx, personIds: readonly number[]): Promise<void> {
  await tx.execute(
    `with bought as (
       select o.person_id, category_id, o.shop_id, count(*)::int as lines
       from orders o join order_lines l on l.order_id = o.id
         join products p on p.shop_id = o.shop_id and p.wc_id = l.product_wc_id
         cross join unnest(p.category_ids) category_id
       where o.person_id = any($1) and o.counts group by 1, 2, 3
     ),
     gone as (
       update category_interest i set purchases = 0
       where i.person_id = any($1) and i.purchases > 0
         and not exists (select 1 from bought b where b.person_id = i.person_id and b.category_id = i.category_id)
     )
     insert into category_interest (person_id, category_id, shop_id, views, purchases)
     select person_id, category_id, shop_id, 0, lines from bought order by 1, 2
     on conflict (person_id, category_id) do update set purchases = excluded.purchases
     where category_interest.purchases <> excluded.purchases`,
    [personIds],
  )
}
