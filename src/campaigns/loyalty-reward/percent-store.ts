import type { Sql } from '../../platform/database.ts'

/** What the coupon takes off, as it was made; the campaign's setting may have changed since. */
export async function loadPercentBps(sql: Sql, shopId: number, code: string): Promise<number> {
  const [coupon] = await sql.query<{ percentBps: number }>(
    `select percent_bps from coupons where shop_id = $1 and code = $2`,
    [shopId, code],
  )
  if (coupon === undefined) throw new Error(`There is no coupon ${code} in shop ${shopId}.`)
  return coupon.percentBps
}
