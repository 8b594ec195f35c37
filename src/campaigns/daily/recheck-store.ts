import type { Sql } from '../../platform/database.ts'
import type { ReasonCode } from '../reasons.ts'

/** Win-backs to people who came back by themselves, or of a campaign that is off. */
export async function listStaleWinBacks(
  sql: Sql,
  candidacyIds: readonly number[],
  now: Date,
): Promise<Map<number, ReasonCode>> {
  const rows = await sql.query<{ id: number; reason: ReasonCode | null }>(
    `select l.id, case
         when not c.is_on then 'campaign_off'
         when together.last_order_at > l.interest_at or together.last_inbound_at > l.considered_at then 'active_again'
         when l.expires_at <= $2 then 'expired' end as reason
     from reengagement_log l join people person on person.id = l.person_id join campaigns c on c.id = l.campaign_id
       cross join lateral (
         select max(b.last_order_at) as last_order_at, max(record.last_inbound_at) as last_inbound_at
         from people record left join person_purchases b on b.person_id = record.id where record.root_id = person.root_id) together
     where l.id = any($1)`,
    [candidacyIds, now],
  )
  return new Map(rows.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const])))
}
