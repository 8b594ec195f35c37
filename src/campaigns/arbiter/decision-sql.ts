import type { ShopSettings } from '../../shops/shop-settings.ts'
import { chooseSql } from './choose-sql.ts'
import { judgeSql } from './judge-sql.ts'
import { parameters as p } from './parameters.ts'

/**
 * One statement that decides a slice of candidacies, whole people at a time, and writes what becomes of those that are not reserved. The
 * people's budgets are locked and the candidacies are known to wait. Returns what is left to do: reservations, joined alerts, and
 * messages that are displaced. The same rules, one person at a time, stand in decide-candidate.ts and decide-cap.ts.
 */
export function decisionSql(settings: ShopSettings): string {
  return `with ${judgeSql()},
  ${chooseSql(settings.caps)},
  ${outcomeSql()},
  written as (
    update reengagement_log l set state = o.state, reason = o.reason,
      reason_count = case when l.reason = o.reason then l.reason_count + 1 else 1 end,
      retry_at = case when o.state = 'waiting' then o.retry_at end, competing_id = coalesce(o.competing, l.competing_id),
      updated_at = ${p.now}
    from outcome o where l.id = o.id
    returning 1
  )
  ${answerSql()}`
}

// What becomes of those that get no message: ended or held up by themselves, alerts held up by their cap, and losers.
function outcomeSql(): string {
  return `outcome as (
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
  )`
}

function answerSql(): string {
  return `select 'reserve' as action, l.id, l.campaign_id, l.person_id, l.run_id, l.reservations, l.asked, l.expires_at, l.id as winner, null::bigint as message_id,
    not l.asked and ${shareSql('holdout', 'l.campaign_id', 'l.person_id')} < l.holdout_bps as is_held_out,
    null::text as reason, null::timestamptz as free_at
  from live l join settled s on s.person_id = l.person_id
  where l.is_first and ((l.asked and s.alert_now) or (not l.asked and s.campaign_now))
  union all
  select 'join', l.id, l.campaign_id, l.person_id, l.run_id, l.reservations, true, l.expires_at, s.first_alert, s.join_id, false, null, null
  from live l join settled s on s.person_id = l.person_id
  where l.asked and (s.join_id is not null or (s.alert_now and not l.is_first))
  union all
  select 'displace', 0, 0, u.person_id, null, 0, false, ${p.now}, s.winner, u.message_id, false, s.loser_cap, s.loser_free_at
  from unsent u join settled s on s.person_id = u.person_id
  where s.alert_displaces or (s.campaign_displaces and u.value > s.best_value)
  order by 1, 2`
}

/** SQL: a person's fixed share of a campaign, 0 up to but not including 10,000. The same number as share.ts gives. */
export function shareSql(salt: string, campaignId: string, personId: string): string {
  return `(('x' || substr(md5('${salt}:' || ${campaignId} || ':' || ${personId}), 1, 8))::bit(32)::bigint % 10000)`
}
