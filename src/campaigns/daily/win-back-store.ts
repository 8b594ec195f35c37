import type { Tx } from '../../platform/database.ts'
import type { Shop } from '../../shops/shop.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { audienceSql } from '../audience-sql.ts'
import type { PlannedCampaign } from '../planned-campaign.ts'
import type { LoyaltyRewardSettings } from '../loyalty-reward/settings.ts'
import type { NewArrivalsSettings } from '../new-arrivals/settings.ts'
import { values } from '../value.ts'

/** The people (roots) of a daily run's slice: those with an id after one, in order. */
export interface PeopleSlice {
  afterId: number
  limit: number
}

/** The campaigns among which the daily run chooses; undefined: off. */
export interface DailyChoice {
  shop: Shop
  settings: ShopSettings
  backInStock: PlannedCampaign | undefined
  priceDrop: PlannedCampaign | undefined
  loyaltyReward: (PlannedCampaign & { rules: LoyaltyRewardSettings }) | undefined
  newArrivals: (PlannedCampaign & { rules: NewArrivalsSettings }) | undefined
  weMissYou: PlannedCampaign | undefined
  /** All three win-backs, on or off: what was sent counts. */
  winBackIds: readonly number[]
  now: Date
}

/** Reasons that pass: what they stopped may be tried again while its occasion lasts. */
const passing = [
  'cap_7d',
  'cap_30d',
  'outranked',
  'window_closed',
  'in_conversation',
  'recent_order',
  'shop_unavailable',
  'ramp_up',
]

export interface SliceResult {
  /** The last person looked at; null: nobody is left. */
  lastId: number | null
  people: number
  inactive: number
  /** Candidacies written or opened again. */
  considered: number
}

/**
 * Chooses one kind for each inactive person of the slice, the first that applies, and writes the candidacy. Something waiting about
 * stock or a price comes first: where it was held up by what has passed, it waits again.
 */
export async function considerWinBacks(
  tx: Tx,
  choice: DailyChoice,
  slice: PeopleSlice,
): Promise<SliceResult> {
  const bound: unknown[] = []
  const bind = (value: unknown): string => `$${bound.push(value)}`
  const [row] = await tx.query<SliceResult>(considerSql(choice, slice, bind), bound)
  return row ?? { lastId: null, people: 0, inactive: 0, considered: 0 }
}

function considerSql(choice: DailyChoice, slice: PeopleSlice, bind: (value: unknown) => string): string {
  const { settings, loyaltyReward: loyalty, newArrivals: arrivals, weMissYou } = choice
  const { winBack } = settings
  const shopId = `${bind(choice.shop.id)}::bigint`
  const now = `${bind(choice.now)}::timestamptz`
  const ago = (days: number): string => `(${now} - make_interval(hours => ${24 * days}))`
  const idOf = (campaign: PlannedCampaign | undefined): string => `${bind(campaign?.id ?? null)}::bigint`
  const [stockId, priceId, loyaltyId, arrivalsId, missId] = [
    choice.backInStock,
    choice.priceDrop,
    loyalty,
    arrivals,
    weMissYou,
  ].map(idOf)
  const audienceOf = (campaign: PlannedCampaign | undefined): string =>
    campaign === undefined ? 'false' : audienceSql(campaign.audience, { personId: 'i.id', shopId }, bind)
  const minSpent = loyalty?.rules.minSpentMinor ?? null
  return `with root as (
    select p.id from people p where p.shop_id = ${shopId} and p.id > ${bind(slice.afterId)} and p.merged_into is null and p.erased_at is null
    order by p.id limit ${slice.limit}
  ),
  together as (
    select root.id, min(record.created_at) as first_contact, max(record.last_inbound_at) as last_inbound_at,
      max(b.last_order_at) as last_order_at, coalesce(sum(b.orders), 0)::int as orders, coalesce(sum(b.spent_minor), 0)::bigint as spent
    from root join people record on record.root_id = root.id left join person_purchases b on b.person_id = record.id
    group by root.id
  ),
  inactive as materialized (
    select t.*, coalesce(t.last_order_at, t.first_contact) as away_since from together t
    where coalesce(t.last_order_at, t.first_contact) between ${ago(winBack.inactiveUntilDays)} and ${ago(winBack.inactiveDays)}
      and (t.last_inbound_at is null or t.last_inbound_at <= ${ago(winBack.quietDays)})
  ),
  news as (
    select i.id as person_id, l.id, l.campaign_id, l.run_id, l.state in ('waiting', 'reserved') as is_open
    from inactive i join people record on record.root_id = i.id join reengagement_log l on l.person_id = record.id
      left join stock_cycles y on y.id = l.cycle_id left join products p on p.id = l.product_id
    where l.campaign_id in (${stockId}, ${priceId}) and l.expires_at > ${now}
      and (l.state in ('waiting', 'reserved')
        or (l.state = 'suppressed' and l.trigger <> 'asked' and l.reason = any(${bind(passing)})))
      and (l.cycle_id is null or y.closed_at is null)
      and (l.price_event_id is null or (p.is_sellable and p.price_minor <= l.price_minor))
  ),
  newsworthy as (
    select person_id, coalesce(min(campaign_id) filter (where campaign_id = ${stockId}), min(campaign_id)) as campaign_id,
      coalesce(bool_or(is_open) filter (where campaign_id = ${stockId}), false) as stock_open,
      coalesce(bool_or(is_open) filter (where campaign_id = ${priceId}), false) as price_open
    from news group by person_id
  ),
  again as (
    update reengagement_log l set state = 'waiting', trigger = 'daily', retry_at = case when l.cycle_id is null then ${now} end,
      updated_at = ${now}
    from news n join newsworthy w on w.person_id = n.person_id and w.campaign_id = n.campaign_id
    where l.id = n.id and not n.is_open and not case when n.campaign_id = ${stockId} then w.stock_open else w.price_open end
    returning l.run_id
  ),
  awake as (
    update campaign_runs r set state = 'running', next_wave_at = least(r.next_wave_at, ${now}), finished_at = null
    where r.id in (select run_id from again) and r.cycle_id is not null and (r.state = 'done' and r.reason = 'all_told' or r.state = 'running')
    returning 1
  ),
  fresh as (
    select p.id, p.item_key, unnest(p.category_ids) as category_id,
      -- Of the item: a translation may be new of what has long been sold.
      (select min(coalesce(same.first_published_at, '-infinity')) from products same
       where same.shop_id = p.shop_id and same.item_key = p.item_key) as sold_since
    from products p
    where ${arrivals === undefined ? 'false' : 'true'} and p.shop_id = ${shopId} and p.kind <> 'variation' and p.deleted_at is null
      and p.first_published_at > ${ago(arrivals?.rules.newDays ?? 30)} and p.first_published_at <= ${now}
      and p.status = 'publish' and p.is_visible
      and (p.is_sellable or exists (select 1 from products v where v.parent_id = p.id and v.is_sellable))
  ),
  quiet as (
    select i.*, w.last_at, w.last_loyalty_at, coalesce(w.since_order, 0) as told, w.third_at,
      ${loyalty === undefined || minSpent === null ? 'false' : loyaltySql(loyalty.rules, { minSpent: bind(minSpent), ago, audience: audienceOf(loyalty) })} as loyalty_applies,
      liked.category_id
    from inactive i
      left join newsworthy n on n.person_id = i.id
      left join lateral (
        select max(m.counted_at) as last_at, max(m.counted_at) filter (where l.campaign_id = ${loyaltyId}) as last_loyalty_at,
          count(*) filter (where i.last_order_at is null or m.counted_at > i.last_order_at) as since_order,
          (array_agg(m.counted_at order by m.counted_at desc))[${winBack.afterUnanswered}] as third_at
        from people record join reengagement_log l on l.person_id = record.id and l.message_id is not null
            and l.campaign_id = any(${bind(choice.winBackIds)})
          join messages m on m.id = l.message_id and m.counted_at is not null
        where record.root_id = i.id) w on true
      left join lateral (
        select c.category_id from people record join category_interest c on c.person_id = record.id
        where record.root_id = i.id and exists (select 1 from fresh)
        group by c.category_id order by sum(c.views + c.purchases) desc, c.category_id limit 1) liked on true
    where n.person_id is null
  ),
  picked as (
    select i.*, case
        when i.loyalty_applies then ${loyaltyId}
        when ${audienceOf(arrivals)} and (
          select count(*) from fresh f where f.category_id = i.category_id
            and (f.sold_since > coalesce(i.last_order_at, '-infinity') or not ${boughtSql('i.id', 'f.item_key')})
          ) >= ${arrivals?.rules.minProducts ?? 1} then ${arrivalsId}
        else ${missId} end as campaign_id
    from quiet i
  ),
  judged as (
    select i.*, case
        when p.country = 'US' and not ${bind(settings.sending.marketingToUs)} then 'us_marketing_blocked'
        when p.consent = 'opted_out' then 'opted_out'
        when p.consent <> 'opted_in' then 'no_consent'
        when p.meta_stop then 'meta_stop'
        when p.marketing_paused_at is not null then 'paused'
        when i.campaign_id = ${missId} and not ${audienceOf(weMissYou)} then 'not_in_audience'
        when i.last_at > ${ago(winBack.spacingDays)} then 'win_back_spacing'
        when i.third_at is not null and i.last_at > ${ago(winBack.restDays)}
          and coalesce(i.last_order_at <= i.third_at, true) and coalesce(i.last_inbound_at <= i.third_at, true) then 'left_alone'
      end as reason
    from picked i join people p on p.id = i.id
    where i.campaign_id is not null
  ),
  written as (
    insert into reengagement_log as l (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
      settings_version, rules, choice, state, reason, reason_count, retry_at, expires_at, considered_at, updated_at)
    select ${shopId}, j.campaign_id, j.id, null, '',
      'episode:' || to_char(j.away_since at time zone ${bind(choice.shop.timeZone)}, 'YYYY-MM-DD') || ':' || j.told, 'daily', k.value,
      (extract(epoch from j.away_since) * 1000)::bigint, j.away_since, k.settings_version,
      jsonb_build_object('awaySince', j.away_since, 'orders', j.orders, 'spentMinor', j.spent),
      case when j.campaign_id = ${arrivalsId} then jsonb_build_object('categoryId', j.category_id) end,
      case when j.reason is null then 'waiting' else 'suppressed' end, j.reason, case when j.reason is null then 0 else 1 end,
      case when j.reason is null then ${now} end, ${now} + make_interval(hours => k.wait_hours), ${now}, ${now}
    from judged j join (values
      (${loyaltyId}, ${values.loyaltyReward}, ${24 * (loyalty?.rules.waitDays ?? 0)}, ${loyalty?.settingsVersion ?? 0}),
      (${arrivalsId}, ${values.newArrivals}, ${24 * (arrivals?.rules.waitDays ?? 0)}, ${arrivals?.settingsVersion ?? 0}),
      (${missId}, ${values.weMissYou}, 24, ${weMissYou?.settingsVersion ?? 0})) k(campaign_id, value, wait_hours, settings_version)
      on k.campaign_id = j.campaign_id
    on conflict (campaign_id, person_id, item_key, occasion) do update set state = excluded.state, reason = excluded.reason,
      reason_count = case when excluded.reason is null then 0 when l.reason = excluded.reason then l.reason_count + 1 else 1 end,
      rank = excluded.rank, interest_at = excluded.interest_at, settings_version = excluded.settings_version, rules = excluded.rules,
      choice = excluded.choice, retry_at = excluded.retry_at, expires_at = excluded.expires_at, considered_at = excluded.considered_at,
      updated_at = excluded.updated_at
      where l.state in ('suppressed', 'expired')
    returning 1
  )
  select (select max(id) from root) as last_id, (select count(*)::int from root) as people, (select count(*)::int from inactive) as inactive,
    ((select count(*) from written) + (select count(*) from again) + 0 * (select count(*) from awake))::int as considered`
}

function loyaltySql(
  rules: LoyaltyRewardSettings,
  names: { minSpent: string; ago: (days: number) => string; audience: string },
): string {
  return `(i.spent >= ${names.minSpent}::bigint and i.orders >= ${rules.minOrders}
    and coalesce(w.last_loyalty_at <= ${names.ago(rules.everyDays)}, true) and ${names.audience})`
}

function boughtSql(personId: string, itemKey: string): string {
  return `exists (
    select 1 from people buyer join orders o on o.person_id = buyer.id and o.counts join order_lines line on line.order_id = o.id
      join products bought on bought.shop_id = o.shop_id and bought.wc_id in (line.product_wc_id, line.variation_wc_id)
    where buyer.root_id = ${personId} and bought.item_key = ${itemKey})`
}
