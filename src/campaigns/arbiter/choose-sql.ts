import type { CapSettings } from '../../shops/shop-settings.ts'
import { alertCapSql, campaignCapSql } from './cap-sql.ts'
import { parameters as p } from './parameters.ts'

/**
 * Queries over `wishes`, a row for each person, that end in `settled`: does an alert go, does a campaign message, does either push out one
 * that waits unsent, and when could what loses go?
 */
export function chooseSql(caps: CapSettings): string {
  return `${countedSql()},
  ${chosenSql(caps)},
  ${settledSql(caps)}`
}

// What counts already, newest first; `beside`: without what would give way.
function countedSql(): string {
  return `unsent as (
    select * from unnest(${p.unsentIds}, ${p.unsentPersonIds}, ${p.unsentValues}) u(message_id, person_id, value)
  ),
  sent as (
    select record.root_id as person_id, m.id, m.counted_at, m.purpose from record cross join lateral (
      select m.id, m.counted_at, m.purpose from messages m
      where m.person_id = record.id and m.counted_at > ${p.now} - interval '1440 hours' and m.purpose in ('alert', 'campaign') offset 0) m
  ),
  counted as (
    select w.*, j.message_id as join_id,
      m."all", m.alerts, m.campaigns, m.all_beside_alert, m.campaigns_beside_alert, m.all_beside, m.campaigns_beside
    from wishes w
      left join (select person_id, min(message_id) as message_id from unnest(${p.joinableIds}, ${p.joinablePersonIds})
        j(message_id, person_id) group by person_id) j on j.person_id = w.person_id
      left join (
        select m.person_id, array_agg(m.counted_at order by m.counted_at desc) as "all",
          array_agg(m.counted_at order by m.counted_at desc) filter (where m.purpose = 'alert') as alerts,
          array_agg(m.counted_at order by m.counted_at desc) filter (where m.purpose = 'campaign') as campaigns,
          array_agg(m.counted_at order by m.counted_at desc) filter (where u.message_id is null) as all_beside_alert,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where m.purpose = 'campaign' and u.message_id is null) as campaigns_beside_alert,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where u.message_id is null or u.value <= w.best_value) as all_beside,
          array_agg(m.counted_at order by m.counted_at desc)
            filter (where m.purpose = 'campaign' and (u.message_id is null or u.value <= w.best_value)) as campaigns_beside
        from sent m join wishes w on w.person_id = m.person_id left join unsent u on u.message_id = m.id
        group by m.person_id) m on m.person_id = w.person_id
  )`
}

function chosenSql(caps: CapSettings): string {
  const lists = (suffix: string) => ({
    all: suffix === '' ? `c."all"` : `c.all${suffix}`,
    alerts: 'c.alerts',
    campaigns: `c.campaigns${suffix}`,
    hasOpenAlert: 'c.has_open_alert',
  })
  const alertLists = { all: 'c.all_beside_alert', alerts: 'c.alerts', campaigns: 'c.campaigns' }
  return `chosen as (
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
  )`
}

// What is reserved now counts for those that lose to it.
function settledSql(caps: CapSettings): string {
  const after = {
    all: 'd.all_after',
    alerts: '',
    campaigns: 'd.campaigns_after',
    hasOpenAlert: 'd.has_open_alert',
  }
  return `gone as (
    select c.*, c.alert_goes or c.alert_displaces as alert_now,
      c.campaign_fits and not (c.alert_goes or c.alert_displaces) as campaign_goes,
      c.campaign_fits_beside and not (c.alert_goes or c.alert_displaces) as campaign_displaces
    from chosen c
  ),
  won as (
    select g.*, g.campaign_goes or g.campaign_displaces as campaign_now,
      case when g.alert_now then g.first_alert when g.campaign_goes or g.campaign_displaces then g.first_campaign end as winner,
      g.campaign_wishes > 1 or (g.has_campaign and not (g.campaign_goes or g.campaign_displaces))
        or g.alert_displaces or g.campaign_displaces as has_loser
    from gone g
  ),
  after as materialized (
    select w.*,
      case when w.has_loser then (select array_agg(t order by t desc) from unnest(
        case when w.alert_displaces then w.all_beside_alert when w.campaign_displaces then w.all_beside else w."all" end
        || case when w.alert_now or w.campaign_now then array[${p.now}] end) t) end as all_after,
      case when w.has_loser then (select array_agg(t order by t desc) from unnest(
        case when w.alert_displaces then w.campaigns_beside_alert when w.campaign_displaces then w.campaigns_beside else w.campaigns end
        || case when w.campaign_now then array[${p.now}] end) t) end as campaigns_after
    from won w
  ),
  settled as (
    select d.*, loser_cap.reason as loser_cap, loser_cap.free_at as loser_free_at
    from after d left join lateral (${campaignCapSql(after, caps, p.now)}) loser_cap on d.has_loser
  )`
}
