import type { Sql } from '../../platform/database.ts'
import { boughtSinceSql } from '../bought-since.ts'
import type { ReasonCode } from '../reasons.ts'

/** Reminders of what was bought meanwhile, or cannot be bought any more. */
export async function listStaleReminders(
  sql: Sql,
  candidacyIds: readonly number[],
  now: Date,
): Promise<Map<number, ReasonCode>> {
  const rows = await sql.query<{ id: number; reason: ReasonCode | null }>(
    `select l.id, case
         when not c.is_on then 'campaign_off'
         when not (p.is_sellable or exists (select 1 from products v where v.parent_id = p.id and v.is_sellable)) then 'not_sellable'
         when ${boughtSinceSql({ personId: 'record.root_id', shopId: 'l.shop_id', itemKey: 'l.item_key', productId: 'l.product_id', since: 'l.interest_at' })} then 'bought_since'
         when l.expires_at <= $2 then 'expired' end as reason
     from reengagement_log l join people record on record.id = l.person_id join campaigns c on c.id = l.campaign_id
       join products p on p.id = l.product_id
     where l.id = any($1)`,
    [candidacyIds, now],
  )
  return new Map(rows.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const])))
}
