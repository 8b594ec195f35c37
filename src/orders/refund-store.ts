import type { Tx } from '../platform/database.ts'
import type { SharedRefund } from './decide-refunds.ts'

/** The order has exactly these refunds; each is dated by the earliest version of the order that named it. */
export async function replaceRefunds(
  tx: Tx,
  of: { shopId: number; orderId: number; at: Date },
  refunds: readonly SharedRefund[],
): Promise<void> {
  await tx.execute(`delete from order_refunds where order_id = $1 and not (wc_refund_id = any($2))`, [
    of.orderId,
    refunds.map((refund) => refund.wcRefundId),
  ])
  if (refunds.length === 0) return
  await tx.execute(
    `insert into order_refunds as known (shop_id, order_id, wc_refund_id, total_minor, items_minor, at)
     select $1, $2, u.*, $3 from unnest($4::bigint[], $5::bigint[], $6::bigint[]) u
     on conflict (order_id, wc_refund_id) do update set total_minor = excluded.total_minor, items_minor = excluded.items_minor,
       at = least(known.at, excluded.at)`,
    [
      of.shopId,
      of.orderId,
      of.at,
      refunds.map((refund) => refund.wcRefundId),
      refunds.map((refund) => refund.totalMinor),
      refunds.map((refund) => refund.itemsMinor),
    ],
  )
}

/** A late version names these refunds: they are at least as old as it. Returns how many dates that changed. */
export function backdateRefunds(
  tx: Tx,
  orderId: number,
  late: { wcRefundIds: readonly number[]; at: Date },
): Promise<number> {
  return tx.execute(
    `update order_refunds set at = $3 where order_id = $1 and wc_refund_id = any($2) and at > $3`,
    [orderId, late.wcRefundIds, late.at],
  )
}
