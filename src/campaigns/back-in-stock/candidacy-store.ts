import type { Sql, Tx } from '../../platform/database.ts'
import { boughtSinceSql } from '../bought-since.ts'

/** Which products' views and alerts speak for an item. */
export interface InterestTargets {
  itemKey: string
  /** The item, its translations, and variations whose stock it keeps: a view of any of them is a view of it. */
  directIds: number[]
  /** Parents of the item: a view counts if the whole product was sold out, an alert if it asked for any variation. */
  parentIds: number[]
}

export async function loadInterestTargets(sql: Sql, productId: number): Promise<InterestTargets> {
  const [targets] = await sql.query<InterestTargets>(
    `with item as (select * from products where id = $1),
     same as (select p.* from products p join item on p.shop_id = item.shop_id and p.item_key = item.item_key),
     direct as (
       select id from same
       union select v.id from products v join same on v.parent_id = same.id where v.stock_managed_by = 'parent'
     ),
     parents as (
       select q.id from products q where q.id in (select parent_id from same)
       union select q.id from products q join products p on q.shop_id = p.shop_id and q.item_key = p.item_key
       where p.id in (select parent_id from same)
     )
     select item.item_key, array(select id from direct) as direct_ids,
       array(select id from parents where id not in (select id from direct)) as parent_ids from item`,
    [productId],
  )
  if (targets === undefined) throw new Error(`There is no product with the id ${productId}.`)
  return targets
}

export interface Consideration {
  shopId: number
  campaignId: number
  runId: number
  cycleId: number
  productId: number
  targets: InterestTargets
  openedAt: Date
  interestSince: Date
  repeatSince: Date
  expiresAt: Date
  settingsVersion: number
  rules: unknown
  isShortSpell: boolean
  marketingToUs: boolean
  now: Date
}

/**
 * Writes one candidacy for everybody with a reason to be told: who asked first, then who looked last longest ago. Those who must not
 * be told are written too, as suppressed, each with its first reason. Returns how many rows are new.
 */
export function considerAudience(tx: Tx, about: Consideration): Promise<number> {
  return tx.execute(
    `with asked as (
       select p.root_id as person_id, a.id as alert_id, a.asked_at as at, a.asked_at as since
       from alerts a join people p on p.id = a.person_id
       where a.shop_id = $1 and a.kind = 'back_in_stock' and a.ended_at is null and a.expires_at > $14 and a.asked_at <= $14
         and (a.product_id = any($5) or (a.any_variation and a.product_id = any($6)))
     ),
     -- The last view before the cycle; the roll-up knows it unless the person looked again since. The shop's times are whole seconds:
     -- who found it sold out in the second in which it came back looked before.
     seen as (
       select i.person_id, case when i.last_at < $7 then i.last_at else (
           select max(v.at) from product_views v where v.person_id = i.person_id and v.product_id = i.product_id
             and (v.at < $7 or (v.in_stock = false and v.at < $7::timestamptz + interval '1 second'))) end as at
       from product_interest i where i.product_id = any($5) and i.last_at >= $8 and i.first_at < $7::timestamptz + interval '1 second'
       union all
       select i.person_id, case when i.last_sold_out_at < $7::timestamptz + interval '1 second' then i.last_sold_out_at else (
           select max(v.at) from product_views v where v.person_id = i.person_id and v.product_id = i.product_id
             and v.in_stock = false and v.at < $7::timestamptz + interval '1 second') end
       from product_interest i where i.product_id = any($6) and i.last_sold_out_at >= $8
     ),
     viewed as (
       select p.root_id as person_id, max(seen.at) as at from seen join people p on p.id = seen.person_id
       where seen.at >= $8 group by p.root_id
     ),
     interested as (
       select distinct on (person_id) * from (
         select person_id, alert_id, at, since, true as asked from asked
         union all select person_id, null, at, at, false from viewed
       ) everybody order by person_id, asked desc, at
     ),
     judged as (
       select i.*, row_number() over (order by i.asked desc, i.at, i.person_id) as rank,
         case
           when p.country = 'US' and not $15 then 'us_marketing_blocked'
           when not i.asked and p.consent = 'opted_out' then 'opted_out'
           when not i.asked and p.consent <> 'opted_in' then 'no_consent'
           when not i.asked and p.meta_stop then 'meta_stop'
           when not i.asked and $16 then 'short_spell'
           when ${boughtSinceSql({ personId: 'i.person_id', shopId: '$1', itemKey: '$9', productId: '$11', since: 'i.since' })} then 'bought_since'
           when exists (
             select 1 from reengagement_log told join people record on record.id = told.person_id
               join messages m on m.id = told.message_id
             where record.root_id = i.person_id and told.item_key = $9 and m.counted_at > $10) then 'already_told'
         end as reason
       from interested i join people p on p.id = i.person_id
     )
     insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, cycle_id, trigger, alert_id,
       rank, interest_at, settings_version, rules, state, reason, reason_count, expires_at, considered_at, updated_at)
     select $1, $2, person_id, $11, $9, 'cycle:' || $4::bigint, $3, $4::bigint, case when asked then 'asked' else 'viewed' end, alert_id,
       rank, at, $12, $13, case when reason is null then 'waiting' else 'suppressed' end, reason,
       case when reason is null then 0 else 1 end, $17, $14, $14
     from judged
     on conflict (campaign_id, person_id, item_key, occasion) do nothing`,
    [
      about.shopId,
      about.campaignId,
      about.runId,
      about.cycleId,
      about.targets.directIds,
      about.targets.parentIds,
      about.openedAt,
      about.interestSince,
      about.targets.itemKey,
      about.repeatSince,
      about.productId,
      about.settingsVersion,
      JSON.stringify(about.rules),
      about.now,
      about.marketingToUs,
      about.isShortSpell,
      about.expiresAt,
    ],
  )
}

/** A candidacy that waits for its turn. */
export interface WaitingCandidacy {
  id: number
  /** The root of the person's records now, which may not be the one at the time it was considered. */
  personId: number
  alertId: number | null
  rank: number
  interestAt: Date
  retryAt: Date | null
  sendRegions: string[]
}

/** The next of a run's waiting candidacies after a rank, in order; locked against other planners by the run. */
export function listWaiting(
  tx: Tx,
  runId: number,
  afterRank: number,
  limit: number,
): Promise<WaitingCandidacy[]> {
  return tx.query<WaitingCandidacy>(
    `select l.id, record.root_id as person_id, l.alert_id, l.rank, l.interest_at, l.retry_at,
       coalesce((select array_agg(distinct region order by region) from people other, unnest(other.send_regions) region
                 where other.root_id = record.root_id), '{}') as send_regions
     from reengagement_log l join people record on record.id = l.person_id
     where l.run_id = $1 and l.state = 'waiting' and l.rank > $2 order by l.rank limit $3`,
    [runId, afterRank, limit],
  )
}

/** Ends all of a run's waiting candidacies. */
export function endWaiting(
  tx: Tx,
  runId: number,
  end: { state: 'suppressed' | 'expired'; reason: string; now: Date },
): Promise<number> {
  return tx.execute(
    `update reengagement_log set state = $2, reason = $3, reason_count = reason_count + 1, updated_at = $4
     where run_id = $1 and state = 'waiting'`,
    [runId, end.state, end.reason, end.now],
  )
}

export async function hasWaiting(tx: Tx, runId: number): Promise<boolean> {
  const rows = await tx.query(
    `select 1 as one from reengagement_log where run_id = $1 and state = 'waiting' limit 1`,
    [runId],
  )
  return rows.length > 0
}
