import type { Sql, Tx } from '../platform/database.ts'
import type { Traces } from './decide-credit.ts'

export interface OrderToCredit {
  id: number
  shopId: number
  placedAt: Date
  paidAt: Date | null
  modifiedAt: Date
  updatedAt: Date
  status: string
  counts: boolean
  currency: string
  itemsMinor: number
  totalMinor: number
  linkToken: string | null
}

/** Takes orders off the list, held until the transaction ends; who notes one of them meanwhile waits, and puts it back on. */
export async function takeOrders(tx: Tx, now: Date, limit: number): Promise<OrderToCredit[]> {
  return tx.query<OrderToCredit>(
    `with taken as (
       delete from attribution_todo where order_id in (
         select order_id from attribution_todo where due_at <= $1 order by due_at, order_id limit $2 for update skip locked)
       returning order_id
     )
     select o.id, o.shop_id, o.placed_at, o.paid_at, o.modified_at, o.updated_at, o.status, o.counts, o.currency, o.items_minor,
       o.total_minor, o.link_token
     from taken t join orders o on o.id = t.order_id order by o.id`,
    [now, limit],
  )
}

type OfOrder<Trace> = Trace & { orderId: number }

export function listCouponTraces(
  sql: Sql,
  orderIds: readonly number[],
): Promise<OfOrder<Traces['coupons'][number]>[]> {
  return sql.query(
    `select o.id as order_id, m.id as message_id, m.started_at
     from orders o join coupons c on c.shop_id = o.shop_id and c.code = any(o.coupon_codes)
       join reengagement_log l on l.id = c.candidacy_id join messages m on m.id = l.message_id
     where o.id = any($1) and o.coupon_codes <> '{}' and m.started_at is not null`,
    [orderIds],
  )
}

/** `links`: orders that came by a link, with the message it stood in. */
export function listClickTraces(
  sql: Sql,
  orderIds: readonly number[],
  about: { days: number; links: readonly { orderId: number; messageId: number }[] },
): Promise<OfOrder<Traces['clicks'][number]>[]> {
  return sql.query(
    `with clicked as (
       select o.id as order_id, k.id, k.message_id, k.at
       from orders o join people buyer on buyer.id = o.person_id join people record on record.root_id = buyer.root_id
         join clicks k on k.person_id = record.id
           and k.at >= o.placed_at - make_interval(hours => $2) and k.at < o.placed_at + interval '1 second'
       where o.id = any($1) and not k.is_robot
       union
       select o.id, k.id, k.message_id, k.at
       from unnest($3::bigint[], $4::bigint[]) link(order_id, message_id) join orders o on o.id = link.order_id
         join clicks k on k.message_id = link.message_id and k.shop_id = o.shop_id
           and k.at >= o.placed_at - make_interval(hours => $2) and k.at < o.placed_at + interval '1 second'
       where not k.is_robot
     )
     select c.order_id, c.id, c.message_id, c.at, m.started_at from clicked c join messages m on m.id = c.message_id
     where m.started_at is not null`,
    [
      orderIds,
      about.days * 24,
      about.links.map((link) => link.orderId),
      about.links.map((link) => link.messageId),
    ],
  )
}

export function listViewTraces(
  sql: Sql,
  orderIds: readonly number[],
  days: number,
): Promise<OfOrder<Traces['views'][number]>[]> {
  return sql.query(
    `select o.id as order_id, m.id as message_id, m.started_at, m.delivered_at, m.read_at
     from orders o join people buyer on buyer.id = o.person_id join people record on record.root_id = buyer.root_id
       join messages m on m.person_id = record.id and m.purpose in ('alert', 'campaign') and m.started_at is not null
         and greatest(m.delivered_at, m.read_at) >= o.placed_at - make_interval(hours => $2)
         and m.started_at < o.placed_at + interval '1 second'
     where o.id = any($1)`,
    [orderIds, days * 24],
  )
}

export function listRefunds(
  sql: Sql,
  orderIds: readonly number[],
): Promise<{ orderId: number; itemsMinor: number; totalMinor: number; at: Date }[]> {
  return sql.query(
    `select order_id, items_minor, total_minor, at from order_refunds where order_id = any($1) order by order_id, wc_refund_id`,
    [orderIds],
  )
}
