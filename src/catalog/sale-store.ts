import type { Sql } from '../platform/database.ts'

// A shop's scheduler may be a while behind its own dates, and a daily job is its net.
const laterHours = 24

/**
 * Products whose sale has begun or ended since the shop was last heard from about them, latest first; and those that were charged as
 * before when last looked at, each time after twice as long, for a day. `price_minor` may be a rounding away from the others.
 */
export function listDueSales(
  sql: Sql,
  now: Date,
  { limit, except }: { limit: number; except: { shops: readonly number[]; products: readonly number[] } },
): Promise<{ id: number; shopId: number }[]> {
  return sql.query(
    `select p.id, p.shop_id from products p,
       lateral (select max(at) as at from (values (p.sale_from), (p.sale_to)) d(at) where at <= $1) turned,
       lateral (select case when coalesce(p.sale_from <= $1, true) and coalesce(p.sale_to > $1, true)
         then p.sale_price_minor else p.regular_price_minor end as minor) due
     where (p.sale_from <= $1 or p.sale_to <= $1) and p.status not in ('trash', 'deleted') and p.shop_id <> all($4) and p.id <> all($5)
       and (p.checked_at is null or p.checked_at < turned.at
         or (abs(p.price_minor - due.minor) > 1 and turned.at > $1::timestamptz - make_interval(hours => $2)
           and $1::timestamptz - p.checked_at >= greatest(p.checked_at - turned.at, interval '1 minute')))
     order by turned.at desc, p.id limit $3`,
    [now, laterHours, limit, except.shops, except.products],
  )
}
