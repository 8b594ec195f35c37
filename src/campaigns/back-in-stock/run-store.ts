import type { Sql, Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { bulkSql } from '../bulk-sql.ts'
import { endRunsSql } from '../end-runs-sql.ts'
import type { BackInStockSettings } from './settings.ts'

/** The back-in-stock campaign of a shop, working through its stock cycles. */
export interface StockCampaign {
  shopId: number
  campaignId: number
  onSince: Date
  settings: BackInStockSettings
  settingsVersion: number
}

/**
 * Starts a run for each open cycle that has none: opened since the campaign is on, and while its news is fresh. Found by state, so a
 * cycle whose webhook came during an outage is picked up as well. Returns how many.
 */
export function openRuns(sql: Sql, campaign: StockCampaign, now: Date): Promise<number> {
  const { settings } = campaign
  return sql.execute(
    `insert into campaign_runs (shop_id, campaign_id, cycle_id, product_id, state, next_wave_at, expires_at, waves, wave_told,
       settings_version, created_at)
     select y.shop_id, $2, y.id, y.product_id, 'new', y.opened_at + make_interval(mins => $5),
       y.opened_at + make_interval(hours => $6), 0, 0, $4, $7
     from stock_cycles y
     where y.shop_id = $1 and y.closed_at is null and y.opened_at >= $3
       and y.seen_at > $7::timestamptz - make_interval(hours => $6) and y.opened_at + make_interval(hours => $6) > $7
       and not exists (select 1 from campaign_runs r where r.campaign_id = $2 and r.cycle_id = y.id)
     on conflict (campaign_id, cycle_id) do nothing`,
    [
      campaign.shopId,
      campaign.campaignId,
      campaign.onSince,
      campaign.settingsVersion,
      settings.settleMinutes,
      settings.endsHours,
      now,
    ],
  )
}

/** The brake: runs that nobody was told of yet and that look wrong wait for the merchant's yes. Returns how many. */
export function holdRuns(
  sql: Sql,
  campaign: StockCampaign,
  brakes: ShopSettings['brakes'],
  now: Date,
): Promise<number> {
  return sql.execute(
    `with fresh as (
       select r.id, r.cycle_id from campaign_runs r where r.campaign_id = $2 and r.state = 'new' and r.approved_at is null
     ),
     event as (
       select y.id, y.seen_at from stock_cycles y
       where y.shop_id = $1 and y.closed_at is null and exists (select 1 from fresh) and y.seen_at > $3::timestamptz - interval '72 hours'
     ),
     bulk as (${bulkSql({ shopId: '$1', minutes: '$4', shareBps: '$5', minItems: '$6' })})
     update campaign_runs r set state = 'held', reason = 'bulk_change'
     from fresh join stock_cycles y on y.id = fresh.cycle_id
     where r.id = fresh.id and r.state = 'new'
       and (y.seen_at - y.opened_at > make_interval(hours => $7) or y.id in (select id from bulk))`,
    [
      campaign.shopId,
      campaign.campaignId,
      now,
      brakes.bulkMinutes,
      brakes.bulkShareBps,
      brakes.bulkMinItems,
      brakes.lateHours,
    ],
  )
}

/** New runs whose time has come, locked; those that another planner has are left to it. */
export async function claimNewRuns(tx: Tx, campaignId: number, now: Date, limit: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select r.id from campaign_runs r join stock_cycles y on y.id = r.cycle_id
     where r.campaign_id = $1 and r.state = 'new' and r.next_wave_at <= $2 and r.expires_at > $2 and y.closed_at is null
     order by r.next_wave_at, r.id limit $3 for update of r skip locked`,
    [campaignId, now, limit],
  )
  return rows.map((row) => row.id)
}

/** The audience is written; waves can begin. */
export async function startRuns(tx: Tx, runIds: readonly number[]): Promise<void> {
  await tx.execute(`update campaign_runs set state = 'running' where id = any($1)`, [runIds])
}

/** Runs that are over, with what becomes of those still waiting: the item sold out, its news is old, or the campaign is off. */
export async function endOverRuns(
  tx: Tx,
  campaign: { campaignId: number; isOn: boolean },
  now: Date,
): Promise<number> {
  return tx.execute(
    endRunsSql(`
      select r.id, case when y.closed_at is not null then 'sold_out_again' when r.expires_at <= $2 then 'expired' else 'campaign_off' end as reason
      from campaign_runs r join stock_cycles y on y.id = r.cycle_id
      where r.campaign_id = $1 and r.state <> 'done' and (y.closed_at is not null or r.expires_at <= $2 or not $3)
      order by r.id for update of r skip locked`),
    [campaign.campaignId, now, campaign.isOn],
  )
}
