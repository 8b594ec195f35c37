import type { Sql } from '../platform/database.ts'

/** The alerts that messages answer, leaving out those taken out of them before they went. */
export async function listAlertsOfMessages(sql: Sql, messageIds: readonly number[]): Promise<number[]> {
  const rows = await sql.query<{ alertId: number }>(
    `select distinct l.alert_id from message_candidacies mc join reengagement_log l on l.id = mc.candidacy_id
     where mc.message_id = any($1) and l.alert_id is not null and l.message_id = mc.message_id
       and l.state in ('sent', 'delivered', 'failed')`,
    [messageIds],
  )
  return rows.map((row) => row.alertId)
}

/** Of these messages: what has a coupon, unless another message has taken it over. */
export async function listCandidaciesWithCoupon(
  sql: Sql,
  messageIds: readonly number[],
): Promise<{ candidacyId: number }[]> {
  if (messageIds.length === 0) return []
  return sql.query(
    `select c.candidacy_id from message_candidacies mc join coupons c on c.candidacy_id = mc.candidacy_id
       join reengagement_log l on l.id = mc.candidacy_id
     where mc.message_id = any($1) and (l.message_id is null or l.message_id = mc.message_id)`,
    [messageIds],
  )
}
