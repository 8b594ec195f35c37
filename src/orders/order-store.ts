import type { WooOrder, WooOrderLine } from '../connectors/woocommerce/woo-order.ts'
import type { Sql, Tx } from '../platform/database.ts'

export interface KnownOrder {
  id: number
  shopId: number
  status: string
  personId: number | null
  matchedBy: string | null
  paidAt: Date | null
  modifiedAt: Date
}

/** The order's row, locked for this transaction; versions of one order are applied one at a time even before it has a row. */
export async function lockOrder(tx: Tx, shopId: number, wcId: number): Promise<KnownOrder | undefined> {
  await tx.execute(
    `select pg_advisory_xact_lock(hashtextextended('order:' || $1::text || ':' || $2::text, 0))`,
    [shopId, wcId],
  )
  const [order] = await tx.query<KnownOrder>(
    `select id, shop_id, status, person_id, matched_by, paid_at, modified_at from orders where shop_id = $1 and wc_id = $2`,
    [shopId, wcId],
  )
  return order
}

export interface OrderRow extends Omit<WooOrder, 'lines' | 'refunds'> {
  counts: boolean
  refundedMinor: number
  personId: number | null
  matchedBy: string | null
}

export async function saveOrder(tx: Tx, shopId: number, order: OrderRow, now: Date): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `insert into orders (shop_id, wc_id, number, status, counts, person_id, matched_by, customer_wc_id, phone, email, currency,
       total_minor, items_minor, placed_at, paid_at, modified_at, created_at, updated_at, coupon_codes, link_token, refunded_minor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19, $20)
     on conflict (shop_id, wc_id) do update set number = excluded.number, status = excluded.status, counts = excluded.counts,
       person_id = excluded.person_id, matched_by = excluded.matched_by, customer_wc_id = excluded.customer_wc_id,
       phone = excluded.phone, email = excluded.email, currency = excluded.currency, total_minor = excluded.total_minor,
       items_minor = excluded.items_minor, placed_at = excluded.placed_at, paid_at = excluded.paid_at,
       modified_at = excluded.modified_at, updated_at = excluded.updated_at, coupon_codes = excluded.coupon_codes,
       link_token = excluded.link_token, refunded_minor = excluded.refunded_minor
     returning id`,
    [
      shopId,
      order.wcId,
      order.number,
      order.status,
      order.counts,
      order.personId,
      order.matchedBy,
      order.customerWcId,
      order.phone,
      order.email,
      order.currency,
      order.totalMinor,
      order.itemsMinor,
      order.placedAt,
      order.paidAt,
      order.modifiedAt,
      now,
      order.couponCodes,
      order.linkToken,
      order.refundedMinor,
    ],
  )
  return row?.id ?? 0
}

/** The order has exactly these lines. */
export async function replaceLines(
  tx: Tx,
  at: { shopId: number; orderId: number },
  lines: readonly WooOrderLine[],
): Promise<void> {
  await tx.execute(`delete from order_lines where order_id = $1 and not (wc_line_id = any($2))`, [
    at.orderId,
    lines.map((line) => line.wcLineId),
  ])
  await tx.execute(
    `insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, variation_wc_id, name, sku, quantity, total_minor)
     select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::int[], $9::bigint[])
     on conflict (order_id, wc_line_id) do update set product_wc_id = excluded.product_wc_id,
       variation_wc_id = excluded.variation_wc_id, name = excluded.name, sku = excluded.sku, quantity = excluded.quantity,
       total_minor = excluded.total_minor`,
    [
      at.shopId,
      at.orderId,
      lines.map((line) => line.wcLineId),
      lines.map((line) => line.productWcId),
      lines.map((line) => line.variationWcId),
      lines.map((line) => line.name),
      lines.map((line) => line.sku),
      lines.map((line) => line.quantity),
      lines.map((line) => line.totalMinor),
    ],
  )
}

/** The first payment is known to be no later than this. Returns whether that was new. */
export function savePaidAt(tx: Tx, orderId: number, paidAt: Date): Promise<number> {
  return tx.execute(`update orders set paid_at = $2 where id = $1 and (paid_at is null or paid_at > $2)`, [
    orderId,
    paidAt,
  ])
}

export async function markOrderGone(tx: Tx, orderId: number, now: Date): Promise<void> {
  await tx.execute(`update orders set status = 'trash', counts = false, updated_at = $2 where id = $1`, [
    orderId,
    now,
  ])
}

/** The status of an order with this product or variation that came to it (one of `statuses`) about when the stock changed. */
export async function findOrderStatusNear(
  sql: Sql,
  about: { shopId: number; wcId: number; at: Date; statuses: readonly string[]; withinMinutes: number },
): Promise<string | undefined> {
  const [row] = await sql.query<{ status: string }>(
    `select o.status from orders o join order_lines l on l.order_id = o.id
     where o.shop_id = $1 and (l.product_wc_id = $2 or l.variation_wc_id = $2) and o.status = any($5)
       and o.modified_at between $3::timestamptz - make_interval(mins => $4::int) and $3::timestamptz + make_interval(mins => $4::int)
     order by abs(extract(epoch from o.modified_at - $3::timestamptz)), o.modified_at desc limit 1`,
    [about.shopId, about.wcId, about.at, about.withinMinutes, about.statuses],
  )
  return row?.status
}
