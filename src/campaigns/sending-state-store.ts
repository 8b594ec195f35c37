import type { Sql } from '../platform/database.ts'

export interface NumberRow {
  id: number
  number: string
  metaId: string
  state: string
  stateReason: string | null
  quality: string | null
  ratePerSecond: number
  /** Stopped, it starts by itself then. */
  stoppedUntil: Date | null
  restrictedUntil: Date | null
  restriction: string | null
  checkedAt: Date | null
  portfolioId: number | null
  messagingTier: string | null
  /** The share of the rate it sends at: less than 1 after WhatsApp asked for a slower pace. */
  paceShare: number | null
  pausedUntil: Date | null
  pauseReason: string | null
}

// As pace-store.ts recovers: evenly, over a minute.
export function listNumberStates(sql: Sql, shopId: number): Promise<NumberRow[]> {
  return sql.query<NumberRow>(
    `select n.id, n.display_phone_number as number, n.meta_id, n.state, n.state_reason, n.quality, n.rate_per_second,
       n.stopped_until, n.restricted_until, n.restriction, n.checked_at, f.id as portfolio_id, f.messaging_tier,
       least(1, p.slowed_to + coalesce(extract(epoch from clock_timestamp() - p.slowed_at)::float8, 1e9) / 60) as pace_share,
       case when p.paused_until > clock_timestamp() then p.paused_until end as paused_until,
       case when p.paused_until > clock_timestamp() then p.pause_reason end as pause_reason
     from phone_numbers n join meta_wabas w on w.id = n.waba_id left join meta_portfolios f on f.id = w.portfolio_id
       left join number_pace p on p.phone_number_id = n.id
     where n.shop_id = $1 order by n.id`,
    [shopId],
  )
}

export interface CampaignRow {
  id: number
  kind: string
  isOn: boolean
  stoppedAt: Date | null
  stopReason: string | null
  stopDetails: unknown
  refusalsInRow: number
  failuresInRow: number
  /** Of the day. */
  deliveries: number
  optOuts: number
}

export function listCampaignStates(sql: Sql, shopId: number, day: string): Promise<CampaignRow[]> {
  return sql.query<CampaignRow>(
    `select c.id, c.kind, c.is_on, c.stopped_at, c.stop_reason, c.stop_details, c.refusals_in_row, c.failures_in_row,
       coalesce(d.deliveries, 0)::int as deliveries, coalesce(d.opt_outs, 0)::int as opt_outs
     from campaigns c left join lateral (
       select sum(deliveries) as deliveries, sum(opt_outs) as opt_outs from campaign_days
       where campaign_id = c.id and day = $2::text::date) d on true
     where c.shop_id = $1 order by c.id`,
    [shopId, day],
  )
}

export interface WaitingRow {
  lane: number
  /** What holds them up, the widest first: the shop's switch, the number, the campaign, then what was noted last. */
  reason: string | null
  messages: number
  due: number
  oldestDueAt: Date
}

export function listWaiting(sql: Sql, shopId: number, now: Date): Promise<WaitingRow[]> {
  return sql.query<WaitingRow>(
    `select m.lane, case
         when s.sending_stopped_at is not null then coalesce(s.sending_stop_reason, 'killed')
         when n.state <> 'active' then 'number_stopped'
         when c.stopped_at is not null then c.stop_reason
         when n.restricted_until > $2 and m.purpose in ('alert', 'campaign') then 'number_restricted'
         else m.reason end as reason,
       count(*)::int as messages, (count(*) filter (where m.due_at <= $2))::int as due, min(m.due_at) as oldest_due_at
     from messages m join phone_numbers n on n.id = m.phone_number_id join shops s on s.id = m.shop_id
       left join campaigns c on c.id = m.campaign_id
     where n.shop_id = $1 and m.state = 'waiting' and m.lane = any('{0,1,2}')
     group by 1, 2 order by 1, 3 desc, 2`,
    [shopId, now],
  )
}
