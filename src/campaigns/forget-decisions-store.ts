import type { Sql } from '../platform/database.ts'
import { forgetBatchSize, toBatch, type ChunkRow, type ForgetBatch } from '../platform/forget-in-batches.ts'

// $1 the shop, $2 the id to begin after, $3 before which a decision is old, $4 before which one that was told is.
const decisionSql = `with chunk as materialized (
    select id, considered_at from reengagement_log where shop_id = $1 and id > $2 order by id limit ${forgetBatchSize}
  ),
  old as (
    select l.id from chunk join reengagement_log l on l.id = chunk.id left join messages m on m.id = l.message_id
    where l.updated_at < $3 and l.state in ('sent', 'delivered', 'failed', 'unknown', 'suppressed', 'held_out', 'expired')
      and not exists (select 1 from attribution_ledger a where a.candidacy_id = l.id)
      and not exists (select 1 from coupons k where k.candidacy_id = l.id and (k.state in ('planned', 'to_delete') or k.expires_at >= $3))
      and (m.counted_at is null or l.updated_at < $4 and (l.price_minor is null or exists (
        select 1 from reengagement_log lower join messages told on told.id = lower.message_id and told.counted_at is not null
        where lower.person_id = l.person_id and lower.item_key = l.item_key and lower.campaign_id = l.campaign_id
          and (lower.price_minor, -lower.id) < (l.price_minor, -l.id))))
  ),
  links as (delete from message_candidacies where candidacy_id in (select id from old)),
  gone as (delete from reengagement_log where id in (select id from old) returning 1)
  select (select count(*) from gone)::int as forgotten, count(*)::int as seen, max(id) as last, min(considered_at) >= $3 as is_recent
  from chunk`

/**
 * Final decisions. What was told stays for as long as a rule may look back at it (`toldBefore`), the lowest price told of a product for
 * good: only a lower one is news. What the accounts name, and what a coupon still hangs on, stays.
 */
export async function forgetDecisions(
  sql: Sql,
  about: { shopId: number; before: Date; toldBefore: Date; after: number },
): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(decisionSql, [
    about.shopId,
    about.after,
    about.before,
    about.toldBefore,
  ])
  return toBatch(row)
}

/** The longest that a campaign of the shop looks back at what it told somebody, in days, as far as its settings say. */
export async function loadLongestRepeatDays(sql: Sql, shopId: number): Promise<number> {
  const [row] = await sql.query<{ days: number | null }>(
    `select max(greatest((settings ->> 'everyDays')::int, (settings ->> 'repeatDays')::int)) as days from campaigns where shop_id = $1`,
    [shopId],
  )
  return row?.days ?? 0
}
