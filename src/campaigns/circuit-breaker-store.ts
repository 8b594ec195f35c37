import type { Sql, Tx } from '../platform/database.ts'
import type { ReachedDay, Streaks } from './decide-circuit-breaker.ts'

export interface WatchedCampaign extends Streaks {
  id: number
  shopId: number
  kind: string
  timeZone: string
  isStopped: boolean
}

const watched = `select c.id, c.shop_id, c.kind, s.time_zone, c.stopped_at is not null as is_stopped, c.refusals_in_row as refusals,
  c.failures_in_row as failures from campaigns c join shops s on s.id = c.shop_id where c.id = any($1) order by c.id`

export function listWatched(sql: Sql, campaignIds: readonly number[]): Promise<WatchedCampaign[]> {
  return sql.query<WatchedCampaign>(watched, [campaignIds])
}

export function lockWatched(tx: Tx, campaignIds: readonly number[]): Promise<WatchedCampaign[]> {
  return tx.query<WatchedCampaign>(`${watched} for no key update of c`, [campaignIds])
}

export async function saveStreaks(tx: Tx, streaks: readonly (Streaks & { id: number })[]): Promise<void> {
  if (streaks.length === 0) return
  await tx.execute(
    `update campaigns c set refusals_in_row = u.refusals, failures_in_row = u.failures
     from unnest($1::bigint[], $2::int[], $3::int[]) u(id, refusals, failures) where c.id = u.id`,
    [
      streaks.map(({ id }) => id),
      streaks.map(({ refusals }) => refusals),
      streaks.map(({ failures }) => failures),
    ],
  )
}

export interface CampaignDayKey {
  campaignId: number
  /** YYYY-MM-DD, of the shop. */
  day: string
}

// Whoever settles many statuses at once holds its row until it commits: those beside it should mostly find another one.
const shards = 16

/** `spread`: any number, of which one decides the shard. */
export async function addDeliveries(
  tx: Tx,
  days: readonly (CampaignDayKey & { deliveries: number })[],
  spread: number,
): Promise<void> {
  const rows = days.toSorted((one, other) => one.campaignId - other.campaignId)
  await tx.execute(
    `insert into campaign_days (campaign_id, day, shard, deliveries)
     select campaign_id, day, $4::int, deliveries from unnest($1::bigint[], $2::text[]::date[], $3::int[]) u(campaign_id, day, deliveries)
     on conflict (campaign_id, day, shard) do update set deliveries = campaign_days.deliveries + excluded.deliveries`,
    [
      rows.map(({ campaignId }) => campaignId),
      rows.map(({ day }) => day),
      rows.map(({ deliveries }) => deliveries),
      (spread % shards) + 1,
    ],
  )
}

/** Locks the day's opt-outs: who adds the next one sees this one. */
export async function addOptOut(tx: Tx, { campaignId, day }: CampaignDayKey): Promise<void> {
  await tx.execute(
    `insert into campaign_days (campaign_id, day, shard, opt_outs) values ($1, $2::text::date, 0, 1)
     on conflict (campaign_id, day, shard) do update set opt_outs = campaign_days.opt_outs + 1`,
    [campaignId, day],
  )
}

/** Those of these days on which somebody opted out, as they stand now. */
export function listReachedDays(
  sql: Sql,
  days: readonly CampaignDayKey[],
): Promise<(ReachedDay & CampaignDayKey)[]> {
  return sql.query(
    `select campaign_id, to_char(day, 'YYYY-MM-DD') as day, sum(deliveries)::int as deliveries, sum(opt_outs)::int as opt_outs,
       sum(opt_outs_accepted)::int as opt_outs_accepted from campaign_days
     where (campaign_id, day) in (select * from unnest($1::bigint[], $2::text[]::date[]))
     group by campaign_id, day having sum(opt_outs) > 0`,
    [days.map(({ campaignId }) => campaignId), days.map(({ day }) => day)],
  )
}

/** What a merchant has let the campaign go on with does not stop it again. */
export async function acceptOptOuts(tx: Tx, campaignId: number): Promise<void> {
  await tx.execute(
    `update campaign_days set opt_outs_accepted = opt_outs where campaign_id = $1 and opt_outs_accepted <> opt_outs`,
    [campaignId],
  )
}

/** The marketing message that last reached a person (all merged records) since then, and how often they said stop after it. */
export async function findLastReached(
  sql: Sql,
  personId: number,
  since: Date,
): Promise<{ campaignId: number; at: Date; stops: number } | undefined> {
  const [row] = await sql.query<{ campaignId: number; at: Date; stops: number }>(
    `with records as (
       select record.id from people asked join people record on record.root_id = asked.root_id where asked.id = $1
     ), reached as (
       select m.campaign_id, coalesce(least(m.delivered_at, m.read_at), m.delivered_at, m.read_at) as at from messages m
       where m.person_id in (select id from records) and m.campaign_id is not null and m.purpose in ('alert', 'campaign')
         and (m.delivered_at is not null or m.read_at is not null)
       order by 2 desc, m.id desc limit 1
     )
     select r.campaign_id, r.at, (select count(*)::int from consent_log l where l.person_id in (select id from records) and l.at >= r.at
       and ((l.purpose = 'marketing' and l.state = 'opted_out') or (l.purpose = 'meta' and l.state = 'stop'))) as stops
     from reached r where r.at > $2`,
    [personId, since],
  )
  return row
}
