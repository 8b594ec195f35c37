import type { ShopSettings } from '../../shops/shop-settings.ts'
import { unansweredSql } from '../unanswered.ts'
import { alertCapSql, campaignCapSql } from './cap-sql.ts'

// Names of the bound values, in their order ($1 …).
export const parameters = {
  ids: '$1::bigint[]',
  now: '$2::timestamptz',
  campaignIds: '$3::bigint[]',
  campaignsOn: '$4::bool[]',
  campaignsMayWait: '$5::bool[]',
  holdouts: '$6::int[]',
  groupingCampaignIds: '$7::bigint[]',
  closedPersonIds: '$8::bigint[]',
  closedUntil: '$9::timestamptz[]',
  unsentIds: '$10::bigint[]',
  unsentPersonIds: '$11::bigint[]',
  unsentValues: '$12::int[]',
  joinableIds: '$13::bigint[]',
  joinablePersonIds: '$14::bigint[]',
  marketingToUs: '$15::bool',
  recentOrderDays: '$16::int',
} as const

const p = parameters

/**
 * One statement that decides a slice of candidacies, whole people at a time, and writes what becomes of those that are not reserved. The
 * people's budgets are locked and the candidacies are known to wait. Returns what is left to do: reservations, joined alerts, and
 * messages that are displaced. The same rules, one person at a time, stand in decide-candidate.ts and decide-cap.ts.
 */
export function decisionSql(settings: ShopSettings): string {
  const caps = settings.caps
  const lists = (suffix: string) => ({
    all: suffix === '' ? `c."all"` : `c.all${suffix}`,
    alerts: 'c.alerts',
    campaigns: `c.campaigns${suffix}`,
    hasOpenAlert: 'c.has_open_alert',
  })
  const alertLists = { all: 'c.all_beside_alert', alerts: 'c.alerts', campaigns: 'c.campaigns' }
  const after = {
    all: 'd.all_after',
    alerts: '',
    campaigns: 'd.campaigns_after',
    hasOpenAlert: 'd.has_open_alert',
  }
  return `with campaign as (
    select * from unnest(${p.campaignIds}, ${p.campaignsOn}, ${p.campaignsMayWait}, ${p.holdouts})
      c(id, is_on, may_wait, holdout_bps)
  ),
  given as (
    select l.id, l.campaign_id, c.is_on, c.may_wait, c.holdout_bps, l.value, l.rank, l.trigger = 'asked' as asked, l.interest_at,
      l.expires_at, l.run_id, record.root_id as person_id,
      case when l.price_event_id is not null then (
        select case when not item.is_sellable then 'not_sellable'
                    when item.price_minor is null or item.price_minor > l.price_minor then 'price_rose' end
        from products item where item.id = l.product_id) end as stale
    from reengagement_log l join people record on record.id = l.person_id join campaign c on c.id = l.campaign_id
    where l.id = any(${p.ids})
  ),
  person as materialized (
    select root.id, root.country, root.consent, root.consent_at, root.meta_stop, root.marketing_paused_at,
      together.last_inbound_at, together.last_order_at, together.has_open_alert,
      closed.person_id is not null as is_closed, closed.opens_at,
      together.is_handed_off or (together.last_inbound_at > ${p.now} - interval '24 hours' and ${unansweredSql('root.id', p.now)})
        as in_conversation
    from (select distinct person_id from given) g join people root on root.id = g.person_id
      cross join lateral (
        select max(record.last_inbound_at) as last_inbound_at, max(bought.last_order_at) as last_order_at,
          bool_or(record.handoff_at is not null) as is_handed_off,
          bool_or(exists (select 1 from alerts a where a.person_id = record.id and a.ended_at is null and a.expires_at > ${p.now}))
            as has_open_alert
        from people record left join person_purchases bought on bought.person_id = record.id
        where record.root_id = root.id) together
      left join unnest(${p.closedPersonIds}, ${p.closedUntil}) closed(person_id, opens_at) on closed.person_id = root.id
  ),
  judged as (
    select verdict.*, ended is null and held is null as is_live from (select g.*, h.*,
      case
        when g.expires_at <= ${p.now} then 'expired'
        when not g.is_on then 'campaign_off'
        when g.stale is not null then g.stale
        when h.country = 'US' and not ${p.marketingToUs} then 'us_marketing_blocked'
        when not g.asked then case
          when h.consent = 'opted_out' then 'opted_out'
          when h.consent <> 'opted_in' then 'no_consent'
          when h.meta_stop then 'meta_stop'
          when h.marketing_paused_at is not null then 'paused' end
        when h.consent = 'opted_out' and not coalesce(g.interest_at > h.consent_at, false) then 'opted_out'
        when h.marketing_paused_at is not null and not g.interest_at > h.marketing_paused_at then 'paused'
        when h.meta_stop and not coalesce(h.last_inbound_at > ${p.now} - interval '24 hours', false) then 'meta_stop'
      end as ended,
      case
        when not g.asked and h.in_conversation then 'in_conversation'
        when not g.asked and h.last_order_at > ${p.now} - make_interval(hours => 24 * ${p.recentOrderDays}) then 'recent_order'
        when h.is_closed then 'window_closed'
      end as held
    from given g join (select id as root, country, consent, consent_at, meta_stop, marketing_paused_at, last_inbound_at,
        last_order_at, has_open_alert, is_closed, opens_at, in_conversation from person) h on h.root = g.person_id) verdict
  ),
  -- Flags, not comparisons: the planner takes half of the rows to have one, and joins by hashing.
  live as (
    select j.*, row_number() over (partition by person_id, asked order by value, rank, id) = 1 as is_first
    from judged j where is_live
  ),
  wishes as (
    select person_id, bool_or(has_open_alert) as has_open_alert, bool_or(asked) as has_alert, bool_or(not asked) as has_campaign,
      count(*) filter (where not asked) as campaign_wishes, min(value) filter (where not asked) as best_value,
      max(id) filter (where asked and is_first) as first_alert, max(id) filter (where not asked and is_first) as first_campaign
    from live group by person_id
  ),
  unsent as (
    select * from unnest(${p.unsentIds}, ${p.unsentPersonIds}, ${p.unsentValues}) u(message_id, person_id, value)
  ),
  counted as (
    select w.*, j.message_id as join_id,
      m."all", m.alerts, m.campaigns, m.all_beside_alert, m.campaigns_beside_alert, m.all_beside, m.campaigns_beside
    from wishes w
      left join (select person_id, min(message_id) as message_id from unnest(${p.joinableIds}, ${p.joinablePersonIds})
        j(message_id, person_id) group by person_id) j on j.person_id = w.person_id
      cross join lateral (
        select array_agg(m.counted_at order by m.counted_at desc) as "all",
          array_agg(m.counted_at order by m.counted_at desc) filter (where m.purpose = 'alert') as alerts,
          array_agg(m.counted_at order by m.counted_at desc) filter (where m.purpose = 'campaign') as campaigns,
          array_agg(m.counted_at order by m.counted_at desc) filter (where u.message_id is null) as all_beside_alert,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where m.purpose = 'campaign' and u.message_id is null) as campaigns_beside_alert,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where u.message_id is null or u.value <= w.best_value) as all_beside,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where m.purpose = 'campaign' and (u.message_id is null or u.value <= w.best_value)) as campaigns_beside
        from people record join messages m on m.person_id = record.id
          left join unsent u on u.message_id = m.id
        where record.root_id = w.person_id and m.counted_at > ${p.now} - interval '1440 hours' and m.purpose in ('alert', 'campaign')) m
  ),
  chosen as (
    select c.*, alert_cap.reason as alert_cap, alert_cap.free_at as alert_free_at,
      c.has_alert and c.join_id is null and alert_cap.reason is null as alert_goes,
      c.has_alert and c.join_id is null and alert_cap.reason is not null and alert_beside.reason is null as alert_displaces,
      c.has_campaign and campaign_cap.reason is null as campaign_fits,
      c.has_campaign and campaign_cap.reason is not null and campaign_beside.reason is null as campaign_fits_beside
    from counted c
      left join lateral (${alertCapSql(lists(''), caps, p.now)}) alert_cap on c.has_alert
      left join lateral (${alertCapSql(alertLists, caps, p.now)}) alert_beside on alert_cap.reason is not null
      left join lateral (${campaignCapSql(lists(''), caps, p.now)}) campaign_cap on c.has_campaign
      left join lateral (${campaignCapSql(lists('_beside'), caps, p.now)}) campaign_beside on campaign_cap.reason is not null
  ),
  gone as (
    select c.*, c.alert_goes or c.alert_displaces as alert_now,
      c.campaign_fits and not (c.alert_goes or c.alert_displaces) as campaign_goes,
      c.campaign_fits_beside and not (c.alert_goes or c.alert_displaces) as campaign_displaces
    from chosen c
  ),
  after as (
    select g.*, g.campaign_goes or g.campaign_displaces as campaign_now,
      case when g.alert_now then g.first_alert when g.campaign_goes or g.campaign_displaces then g.first_campaign end as winner,
      (select array_agg(t order by t desc) from unnest(
        case when g.alert_displaces then g.all_beside_alert when g.campaign_displaces then g.all_beside else g."all" end
        || case when g.alert_now or g.campaign_goes or g.campaign_displaces then array[${p.now}] end) t) as all_after,
      (select array_agg(t order by t desc) from unnest(
        case when g.alert_displaces then g.campaigns_beside_alert when g.campaign_displaces then g.campaigns_beside else g.campaigns end
        || case when g.campaign_goes or g.campaign_displaces then array[${p.now}] end) t) as campaigns_after
    from gone g
  ),
  settled as (
    select d.*, loser_cap.reason as loser_cap, loser_cap.free_at as loser_free_at
    from after d left join lateral (${campaignCapSql(after, caps, p.now)}) loser_cap
      on d.campaign_wishes > 1 or (d.has_campaign and not d.campaign_now) or d.alert_displaces or d.campaign_displaces
  ),
  outcome as (
    select j.id,
      case when j.ended = 'expired' then 'expired' when j.ended is not null then 'suppressed'
           when held.until < j.expires_at then 'waiting' else 'suppressed' end as state,
      coalesce(j.ended, j.held) as reason, held.until as retry_at, null::bigint as competing
    from judged j cross join lateral (
      select case j.held when 'in_conversation' then ${p.now} + interval '1 hour'
        when 'recent_order' then j.last_order_at + make_interval(hours => 24 * ${p.recentOrderDays})
        when 'window_closed' then j.opens_at end as until) held
    where not j.is_live
    union all
    select l.id, case when s.alert_free_at < l.expires_at then 'waiting' else 'suppressed' end, s.alert_cap, s.alert_free_at, null
    from live l join settled s on s.person_id = l.person_id
    where l.asked and s.join_id is null and not s.alert_now
    union all
    select l.id, loss.state, loss.reason, s.loser_free_at, s.winner
    from live l join settled s on s.person_id = l.person_id
      left join live w on w.id = s.first_campaign and s.campaign_now
      cross join lateral (
        select case
          when w.campaign_id = l.campaign_id and l.campaign_id = any(${p.groupingCampaignIds}) then 'grouped'
          when l.may_wait and s.loser_free_at < l.expires_at then case when s.winner is null then s.loser_cap else 'outranked' end
          when l.may_wait or s.winner is null then s.loser_cap else 'outranked' end as reason,
          l.may_wait and s.loser_free_at < l.expires_at
            and not (coalesce(w.campaign_id = l.campaign_id, false) and l.campaign_id = any(${p.groupingCampaignIds})) as waits) verdict
      cross join lateral (select case when coalesce(verdict.waits, false) then 'waiting' else 'suppressed' end as state, verdict.reason) loss
    where not l.asked and not (s.campaign_now and l.is_first)
  ),
  written as (
    update reengagement_log l set state = o.state, reason = o.reason,
      reason_count = case when l.reason = o.reason then l.reason_count + 1 else 1 end,
      retry_at = case when o.state = 'waiting' then o.retry_at end, competing_id = coalesce(o.competing, l.competing_id),
      updated_at = ${p.now}
    from outcome o where l.id = o.id
    returning 1
  )
  select 'reserve' as action, l.id, l.campaign_id, l.person_id, l.run_id, l.asked, l.expires_at, l.id as winner, null::bigint as message_id,
    not l.asked and ${shareSql('holdout', 'l.campaign_id', 'l.person_id')} < l.holdout_bps as is_held_out,
    null::text as reason, null::timestamptz as free_at
  from live l join settled s on s.person_id = l.person_id
  where l.is_first and ((l.asked and s.alert_now) or (not l.asked and s.campaign_now))
  union all
  select 'join', l.id, l.campaign_id, l.person_id, l.run_id, true, l.expires_at, s.first_alert, s.join_id, false, null, null
  from live l join settled s on s.person_id = l.person_id
  where l.asked and (s.join_id is not null or (s.alert_now and not l.is_first))
  union all
  select 'displace', 0, 0, u.person_id, null, false, ${p.now}, s.winner, u.message_id, false, s.loser_cap, s.loser_free_at
  from unsent u join settled s on s.person_id = u.person_id
  where s.alert_displaces or (s.campaign_displaces and u.value > s.best_value)
  order by 1, 2`
}

/** SQL: a person's fixed share of a campaign, 0 up to but not including 10,000. The same number as share.ts gives. */
export function shareSql(salt: string, campaignId: string, personId: string): string {
  return `(('x' || substr(md5('${salt}:' || ${campaignId} || ':' || ${personId}), 1, 8))::bit(32)::bigint % 10000)`
}
