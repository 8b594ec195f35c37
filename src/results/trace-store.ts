import type { Sql } from '../platform/database.ts'

/** Whom one of our messages went to: the person that counts. */
export async function findPersonOfMessage(
  sql: Sql,
  shopId: number,
  messageId: number,
): Promise<number | undefined> {
  const [row] = await sql.query<{ rootId: number }>(
    `select p.root_id from messages m join people p on p.id = m.person_id where m.shop_id = $1 and m.id = $2`,
    [shopId, messageId],
  )
  return row?.rootId
}

/** Whose coupon it is; of several, the newest one's. */
export async function findPersonOfCoupons(
  sql: Sql,
  shopId: number,
  codes: readonly string[],
): Promise<number | undefined> {
  const [row] = await sql.query<{ rootId: number }>(
    `select p.root_id from coupons c join people p on p.id = c.person_id where c.shop_id = $1 and c.code = any($2)
     order by c.id desc limit 1`,
    [shopId, codes],
  )
  return row?.rootId
}
