import { unansweredSql } from '../unanswered.ts'
import { parameters as p } from './parameters.ts'

/**
 * Queries `given` (the candidacies), `person` (who they are about) and `judged`: what ends each candidacy (`ended`), what holds it up
 * (`held`), and which are live; then `live` and what each person wishes for among them.
 */
export function judgeSql(): string {
  return `${factsSql()},
  ${verdictsSql()}`
}

function factsSql(): string {
  return `campaign as (
    select * from unnest(${p.campaignIds}, ${p.campaignsOn}, ${p.campaignsMayWait}, ${p.holdouts})
      c(id, is_on, may_wait, holdout_bps)
  ),
  given as (
    select l.id, l.campaign_id, c.is_on, c.may_wait, c.holdout_bps, l.value, l.rank, l.trigger = 'asked' as asked, l.interest_at,
      l.expires_at, l.run_id, l.product_id, l.reservations, record.root_id as person_id,
      case when l.price_event_id is not null then (
        select case when not item.is_sellable then 'not_sellable'
                    when item.price_minor is null or item.price_minor > l.price_minor then 'price_rose' end
        from products item where item.id = l.product_id) end as stale
    from reengagement_log l join people record on record.id = l.person_id join campaign c on c.id = l.campaign_id
    where l.id = any(${p.ids})
  ),
  -- Every record of these people, once for all that is asked about them.
  record as materialized (
    select record.* from (select distinct person_id from given) g cross join lateral (
      select r.id, r.root_id, r.country, r.consent, r.consent_at, r.meta_stop, r.marketing_paused_at, r.last_inbound_at,
        r.handoff_at is not null as is_handed_off
      from people r where r.root_id = g.person_id offset 0) record
  ),
  together as (
    select record.root_id, max(record.last_inbound_at) as last_inbound_at, max(bought.last_order_at) as last_order_at,
      bool_or(record.is_handed_off) as is_handed_off,
      bool_or(exists (select 1 from alerts a where a.person_id = record.id and a.ended_at is null and a.expires_at > ${p.now}))
        as has_open_alert
    from record cross join lateral (
      select max(b.last_order_at) as last_order_at from person_purchases b where b.person_id = record.id offset 0) bought
    group by record.root_id
  ),
  person as materialized (
    select root.id, root.country, root.consent, root.consent_at, root.meta_stop, root.marketing_paused_at,
      together.last_inbound_at, together.last_order_at, together.has_open_alert,
      closed.person_id is not null as is_closed, closed.opens_at,
      together.is_handed_off or (together.last_inbound_at > ${p.now} - interval '24 hours' and ${unansweredSql('root.id', p.now)})
        as in_conversation
    from together join record root on root.id = together.root_id
      left join unnest(${p.closedPersonIds}, ${p.closedUntil}) closed(person_id, opens_at) on closed.person_id = root.id
  )`
}

function verdictsSql(): string {
  return `judged as (
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
  -- Flags, not comparisons: the planner takes half of the rows to have one, and joins by hashing. Of equals that goes first which expires
  -- first: the order in which rows were written is chance.
  live as (
    select j.*, row_number() over (partition by person_id, asked order by value, rank, expires_at, product_id, id) = 1 as is_first
    from judged j where is_live
  ),
  wishes as (
    select person_id, bool_or(has_open_alert) as has_open_alert, bool_or(asked) as has_alert, bool_or(not asked) as has_campaign,
      count(*) filter (where not asked) as campaign_wishes, min(value) filter (where not asked) as best_value,
      max(id) filter (where asked and is_first) as first_alert, max(id) filter (where not asked and is_first) as first_campaign
    from live group by person_id
  )`
}
