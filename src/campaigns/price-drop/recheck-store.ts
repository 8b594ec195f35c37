import type { Sql } from '../../platform/database.ts'
import { boughtSinceSql } from '../bought-since.ts'
import type { ReasonCode } from '../reasons.ts'

/** Candidacies whose drop is no longer what the person would be told, each with why. */
export async function listStale(
  sql: Sql,
  candidacyIds: readonly number[],
  now: Date,
): Promise<Map<number, ReasonCode>> {
  const rows = await sql.query<{ id: number; reason: ReasonCode | null }>(
    `select l.id, case
         when not c.is_on then 'campaign_off'
         when a.ended_at is not null then 'alert_ended'
         when not p.is_sellable then 'not_sellable'
         when p.price_minor is null or p.price_minor > l.price_minor then 'price_rose'
         when l.trigger <> 'asked' and p.sale_to
           < $2::timestamptz + make_interval(hours => coalesce((l.rules->>'saleEndsHours')::int, 6)) then 'sale_ending'
         when ${boughtSinceSql({ personId: 'record.root_id', shopId: 'l.shop_id', itemKey: 'l.item_key', productId: 'l.product_id', since: 'l.interest_at' })} then 'bought_since'
         when l.expires_at <= $2 then 'expired' end as reason
     from reengagement_log l join people record on record.id = l.person_id join campaigns c on c.id = l.campaign_id
       join products p on p.id = l.product_id left join alerts a on a.id = l.alert_id
     where l.id = any($1)`,
    [candidacyIds, now],
  )
  return new Map(rows.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const])))
}
