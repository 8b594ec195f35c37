import type { Sql, Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { bulkSql } from '../bulk-sql.ts'
import { endRunsSql } from '../end-runs-sql.ts'
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
       select 1 from campaign_runs where campaign_id = $2 and state = 'new' and approved_at is null limit 1
     ),
     latest as (
       select distinct on (e.product_id) e.id, e.seen_at, e.from_minor, e.to_minor from price_events e
       where e.shop_id = $1 and exists (select 1 from fresh) and e.seen_at > $3::timestamptz - interval '72 hours'
       order by e.product_id, e.seen_at desc, e.id desc
     ),
     event as (select id, seen_at from latest where to_minor < from_minor),
     bulk as (${bulkSql({ shopId: '$1', minutes: '$4', shareBps: '$5', minItems: '$6' })})
     update campaign_runs r set state = 'held', reason = 'bulk_change'
     from price_events e
     where e.id = r.price_event_id and r.campaign_id = $2 and r.state = 'new' and r.approved_at is null
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
    endRunsSql(`
      select r.id, case when r.expires_at <= $2 then 'expired' when not $3 then 'campaign_off' else 'all_told' end as reason
      from campaign_runs r
      where r.campaign_id = $1 and r.state <> 'done' and (r.expires_at <= $2 or not $3
        or (r.state = 'running' and not exists (select 1 from reengagement_log l where l.run_id = r.id and l.state = 'waiting')))
      order by r.id for update of r skip locked`),
    [campaign.campaignId, now, campaign.isOn],
  )
}
