import { lowestPriceSql } from '../../catalog/price-history-sql.ts'
import type { Sql, Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import type { Audience } from '../audience.ts'
import { audienceSql } from '../audience-sql.ts'
import { boughtSinceSql } from '../bought-since.ts'
import { bulkSql } from '../bulk-sql.ts'
import { values } from '../value.ts'
import type { PriceDropSettings } from './settings.ts'

/** The price-drop campaign of a shop, working through its price events. */
export interface PriceCampaign {
  shopId: number
  campaignId: number
  onSince: Date
  settings: PriceDropSettings
  settingsVersion: number
}

/**
 * Starts a run for each fall of a price that somebody may have to be told of: big enough for those who looked (with an honest reference
 * nobody's drop is bigger than the event's), or down to what somebody asked for. Returns how many.
 */
export function openRuns(sql: Sql, campaign: PriceCampaign, now: Date): Promise<number> {
  const { settings } = campaign
  return sql.execute(
    `insert into campaign_runs (shop_id, campaign_id, price_event_id, product_id, state, next_wave_at, expires_at, waves, wave_told,
       settings_version, created_at)
     select e.shop_id, $2, e.id, e.product_id, 'new', e.at + make_interval(mins => $5), e.at + make_interval(hours => $6), 0, 0, $4, $7
     from price_events e join products p on p.id = e.product_id
     where e.shop_id = $1 and e.at >= $3 and e.seen_at > $7::timestamptz - make_interval(hours => $6)
       and e.at + make_interval(hours => $6) > $7 and e.to_minor < e.from_minor and e.currency = p.currency
       and (not $8 or ((e.from_minor - e.to_minor) * 10000 > e.from_minor * $9::int and e.from_minor - e.to_minor >= $10)
         or exists (select 1 from alerts a join products same on same.id = a.product_id
                    where same.shop_id = p.shop_id and same.item_key = p.item_key and a.kind = 'price_below'
                      and a.ended_at is null and a.expires_at > $7 and a.threshold_minor >= e.to_minor))
       and not exists (select 1 from campaign_runs r where r.campaign_id = $2 and r.price_event_id = e.id)
     on conflict (campaign_id, price_event_id) do nothing`,
    [
      campaign.shopId,
      campaign.campaignId,
      campaign.onSince,
      campaign.settingsVersion,
      settings.settleMinutes,
      settings.endsHours,
      now,
      settings.honestReference,
      settings.thresholdBps,
      settings.minAmountMinor,
    ],
  )
}

/** The brake: falls that look like a mistake wait for the merchant's yes. Returns how many. */
export function holdRuns(
  sql: Sql,
  campaign: PriceCampaign,
  brakes: ShopSettings['brakes'],
  now: Date,
): Promise<number> {
  return sql.execute(
    `with fresh as (
       select r.id, r.price_event_id from campaign_runs r where r.campaign_id = $2 and r.state = 'new' and r.approved_at is null
     ),
     latest as (
       select distinct on (e.product_id) e.id, e.seen_at, e.from_minor, e.to_minor from price_events e
       where e.shop_id = $1 and exists (select 1 from fresh) and e.seen_at > $3::timestamptz - interval '72 hours'
       order by e.product_id, e.seen_at desc, e.id desc
     ),
     event as (select id, seen_at from latest where to_minor < from_minor),
     bulk as (${bulkSql({ shopId: '$1', minutes: '$4', shareBps: '$5', minItems: '$6' })})
     update campaign_runs r set state = 'held', reason = 'bulk_change'
     from fresh join price_events e on e.id = fresh.price_event_id
     where r.id = fresh.id and r.state = 'new'
       and (e.seen_at - e.at > make_interval(hours => $7) or e.to_minor = 0
         or (e.from_minor - e.to_minor) * 10000 > e.from_minor * $8::int or e.id in (select id from bulk))`,
    [
      campaign.shopId,
      campaign.campaignId,
      now,
      brakes.bulkMinutes,
      brakes.bulkShareBps,
      brakes.bulkMinItems,
      brakes.lateHours,
      brakes.fallBps,
    ],
  )
}

/**
 * New runs whose time has come, with their products; of several about one item the first, so that the next finds what was planned for it
 * and nobody is told of one price twice.
 */
export function listDueRuns(
  sql: Sql,
  campaignId: number,
  now: Date,
  limit: number,
): Promise<{ runId: number; productId: number }[]> {
  return sql.query(
    `select run_id, product_id from (
       select distinct on (p.item_key) r.id as run_id, r.product_id, r.next_wave_at
       from campaign_runs r join products p on p.id = r.product_id
       where r.campaign_id = $1 and r.state = 'new' and r.next_wave_at <= $2 and r.expires_at > $2
       order by p.item_key, r.next_wave_at, r.id) due
     order by next_wave_at, run_id limit $3`,
    [campaignId, now, limit],
  )
}

/** Of these, the ones still new, locked. */
export async function claimRuns(tx: Tx, runIds: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select id from campaign_runs where id = any($1) and state = 'new' order by id for update skip locked`,
    [runIds],
  )
  return rows.map((row) => row.id)
}

export async function postponeRuns(
  sql: Sql,
  runIds: readonly number[],
  until: Date,
  reason: string,
): Promise<void> {
  if (runIds.length === 0) return
  await sql.execute(
    `update campaign_runs set next_wave_at = $2, reason = $3 where id = any($1) and state = 'new'`,
    [runIds, until, reason],
  )
}

/** Their audiences are written. */
export async function startRuns(tx: Tx, runIds: readonly number[]): Promise<void> {
  await tx.execute(
    `update campaign_runs set state = 'running', reason = null, waves = 1 where id = any($1)`,
    [runIds],
  )
}

/** Runs that are over: nobody waits any more, their news is old, or the campaign is off; with what becomes of those still waiting. */
export function endOverRuns(
  tx: Tx,
  campaign: { campaignId: number; isOn: boolean },
  now: Date,
): Promise<number> {
  return tx.execute(
    `with over as (
       select r.id, case when r.expires_at <= $2 then 'expired' when not $3 then 'campaign_off' else 'all_told' end as reason
       from campaign_runs r
       where r.campaign_id = $1 and r.state <> 'done' and (r.expires_at <= $2 or not $3
         or (r.state = 'running' and not exists (select 1 from reengagement_log l where l.run_id = r.id and l.state = 'waiting')))
       order by r.id for update of r skip locked
     ),
     told as (
       update reengagement_log l set state = case when over.reason = 'expired' then 'expired' else 'suppressed' end, reason = over.reason,
         reason_count = case when l.reason = over.reason then l.reason_count + 1 else 1 end, retry_at = null, updated_at = $2
       from over where l.run_id = over.id and l.state = 'waiting'
     )
     update campaign_runs r set state = 'done', reason = over.reason, finished_at = $2 from over where r.id = over.id`,
    [campaign.campaignId, now, campaign.isOn],
  )
}

export interface Consideration extends PriceCampaign {
  audience: Audience
  shopSettings: ShopSettings
  now: Date
}

/**
 * Writes one candidacy for everybody whom these falls may concern, with the reference that holds for this person, the price now and the
 * drop between them. Those who must not be told are written as suppressed, each with its first reason. Returns how many rows are new.
 */
export function considerAudience(tx: Tx, about: Consideration, runIds: readonly number[]): Promise<number> {
  const { settings, shopSettings, now } = about
  const bound: unknown[] = [
    runIds,
    about.shopId,
    now,
    settings.interestDays,
    settings.honestReference,
    settings.thresholdBps,
    settings.minAmountMinor,
    settings.saleEndsHours,
    shopSettings.sending.marketingToUs,
    JSON.stringify(settings),
  ]
  const audience = audienceSql(
    about.audience,
    { personId: 'p.id', shopId: '$2' },
    (value) => `$${bound.push(value)}`,
  )
  return tx.execute(considerSql(audience), bound)
}

const boughtSql = boughtSinceSql({
  personId: 'i.person_id',
  shopId: '$2',
  itemKey: 'r.item_key',
  productId: 'r.product_id',
  since: 'i.at',
})

// What the runs are about is looked up run by run: right after they were opened the database knows nothing of them, expects one at
// most, and would go through all of them for every person.
function considerSql(audience: string): string {
  return `with run as materialized (
    select r.id, r.shop_id, r.campaign_id, r.price_event_id, r.product_id, r.expires_at, r.settings_version, e.from_minor,
      item.item_key, item.price_minor, item.is_sellable, item.sale_to, ${lowestPriceSql('e', '30')} as lowest
    from unnest($1::bigint[]) given(id) join campaign_runs r on r.id = given.id
      cross join lateral (select * from price_events e where e.id = r.price_event_id offset 0) e
      join products item on item.id = r.product_id
  ),
  same as (
    select r.id as run_id, p.id as product_id from run r join products p on p.shop_id = $2 and p.item_key = r.item_key
  ),
  asked as (
    select distinct on (s.run_id, w.root_id) s.run_id, w.root_id as person_id, a.id as alert_id, a.asked_at as at
    from same s join run r on r.id = s.run_id
      join alerts a on a.product_id = s.product_id and a.kind = 'price_below' and a.ended_at is null and a.threshold_minor >= r.price_minor
      join people w on w.id = a.person_id
    where a.expires_at > $3 and a.asked_at <= $3
    order by s.run_id, w.root_id, a.asked_at, a.id
  ),
  seen as (
    select distinct on (s.run_id, w.root_id) s.run_id, w.root_id as person_id, i.last_at as at, i.last_price_minor
    from same s join product_interest i on i.product_id = s.product_id and i.last_at > $3::timestamptz - make_interval(hours => 24 * $4::int)
      join people w on w.id = i.person_id
    where i.last_at <= $3
    order by s.run_id, w.root_id, i.last_at desc, i.product_id
  ),
  interested as (
    select run_id, person_id, alert_id, at, null::bigint as last_price_minor, true as asked from asked
    union all
    select run_id, person_id, null, at, last_price_minor, false from seen s
    where not exists (select 1 from asked a where a.run_id = s.run_id and a.person_id = s.person_id)
  ),
  priced as (
    select i.*, case when $5 then least(i.last_price_minor, r.lowest) else coalesce(i.last_price_minor, r.from_minor) end as reference_minor
    from interested i join run r on r.id = i.run_id
  ),
  judged as (
    select i.*, case
        when p.country = 'US' and not $9 then 'us_marketing_blocked'
        when not i.asked and p.consent = 'opted_out' then 'opted_out'
        when not i.asked and p.consent <> 'opted_in' then 'no_consent'
        when not i.asked and p.meta_stop then 'meta_stop'
        when not i.asked and p.marketing_paused_at is not null then 'paused'
        when not i.asked and not ${audience} then 'not_in_audience'
        when not r.is_sellable or r.price_minor is null then 'not_sellable'
        when not i.asked and coalesce(not ((i.reference_minor - r.price_minor) * 10000 > i.reference_minor * $6::int
          and i.reference_minor - r.price_minor >= $7), true) then 'drop_too_small'
        when not i.asked and r.sale_to < $3::timestamptz + make_interval(hours => $8) then 'sale_ending'
        when ${boughtSql} then 'bought_since'
        when exists (
          select 1 from people w join reengagement_log l on l.person_id = w.id and l.item_key = r.item_key
            left join messages m on m.id = l.message_id
          where w.root_id = i.person_id and l.campaign_id = r.campaign_id and l.price_minor <= r.price_minor
            and l.run_id is distinct from r.id and (m.counted_at is not null or l.state in ('waiting', 'reserved'))) then 'already_told'
      end as reason,
      case when i.reference_minor > 0 and r.price_minor is not null then greatest(-2000000000, (i.reference_minor - r.price_minor) * 10000 / i.reference_minor)::int end as drop_bps
    from priced i join run r on r.id = i.run_id join people p on p.id = i.person_id
  )
  insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, price_event_id, trigger, value,
    alert_id, rank, interest_at, settings_version, rules, reference_minor, price_minor, drop_bps, state, reason, reason_count, retry_at,
    expires_at, considered_at, updated_at)
  select r.shop_id, r.campaign_id, j.person_id, r.product_id, r.item_key, 'price:' || r.price_event_id, r.id, r.price_event_id,
    case when j.asked then 'asked' else 'viewed' end, case when j.asked then ${values.askedPrice} else ${values.priceDrop} end, j.alert_id,
    -- The biggest drop first, then the product we have known longer.
    -greatest(-10000, coalesce(j.drop_bps, 0))::bigint * 1000000000000 + r.product_id, j.at, r.settings_version, $10::jsonb, j.reference_minor,
    r.price_minor, j.drop_bps, case when j.reason is null then 'waiting' else 'suppressed' end, j.reason,
    case when j.reason is null then 0 else 1 end, $3, r.expires_at, $3, $3
  from judged j join run r on r.id = j.run_id
  on conflict (campaign_id, person_id, item_key, occasion) do nothing`
}
