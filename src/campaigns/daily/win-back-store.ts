import { forbiddenSql } from '../forbidden-sql.ts'
import type { Tx } from '../../platform/database.ts'
import type { Shop } from '../../shops/shop.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { audienceSql } from '../audience-sql.ts'
import type { PlannedCampaign } from '../planned-campaign.ts'
import type { LoyaltyRewardSettings } from '../loyalty-reward/settings.ts'
import type { NewArrivalsSettings } from '../new-arrivals/settings.ts'
import { values } from '../value.ts'
import type { PeopleSlice } from './run-store.ts'
import { arrivalsSql, inactiveSql, newsSql, winBackSql } from './slice-sql.ts'

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
  const text = considerSql(choice, slice, bind)
  const [row] = await tx.query<SliceResult>(text, bound)
  return { people: 0, inactive: 0, considered: 0, ...row }
}

function considerSql(choice: DailyChoice, slice: PeopleSlice, bind: (value: unknown) => string): string {
  const { settings, loyaltyReward: loyalty, newArrivals: arrivals, weMissYou } = choice
  const { winBack } = settings
  const names = {
    shopId: `${bind(choice.shop.id)}::bigint`,
    after: `${bind(slice.afterId)}::bigint`,
    last: `${bind(slice.lastId)}::bigint`,
    now: `${bind(choice.now)}::timestamptz`,
  }
  const { shopId, now } = names
  const ago = (days: number): string => `(${now} - make_interval(hours => ${24 * days}))`
  const idOf = (campaign: PlannedCampaign | undefined): string => `${bind(campaign?.id ?? null)}::bigint`
  const stockId = idOf(choice.backInStock)
  const priceId = idOf(choice.priceDrop)
  const loyaltyId = idOf(loyalty)
  const arrivalsId = idOf(arrivals)
  const missId = idOf(weMissYou)
  const audienceOf = (campaign: PlannedCampaign | undefined): string =>
    campaign === undefined ? 'false' : audienceSql(campaign.audience, { personId: 'i.id', shopId }, bind)
  const minSpent = loyalty?.rules.minSpentMinor ?? null
  const minProducts = arrivals?.rules.minProducts ?? 1
  const awayUntil = ago(winBack.inactiveDays)
  return `with ${inactiveSql(names, { awaySince: ago(winBack.inactiveUntilDays), awayUntil, quietSince: ago(winBack.quietDays) })},
  ${newsSql(names, { stockId, priceId, passing: bind(passing) })},
  ${winBackSql(names, { campaignIds: bind(choice.winBackIds), loyaltyId, afterUnanswered: winBack.afterUnanswered })},
  ${arrivalsSql(names, { isOn: arrivals !== undefined, newSince: ago(arrivals?.rules.newDays ?? 30), awayUntil })},
  again as (
    update reengagement_log l set state = 'waiting', trigger = 'daily', retry_at = case when l.cycle_id is null then ${now} end,
      updated_at = ${now}
    from news n join newsworthy w on w.person_id = n.person_id and w.campaign_id = n.campaign_id
    where l.id = n.id and not n.is_open and not case when n.campaign_id = ${stockId} then w.stock_open else w.price_open end
    returning l.run_id
  ),
  awake as (
    update campaign_runs r set state = 'running', next_wave_at = least(r.next_wave_at, ${now}), finished_at = null
    where r.id in (select id from campaign_runs
      -- In order: slices beside this one may wake the same runs.
      where id in (select run_id from again) and cycle_id is not null and (state = 'done' and reason = 'all_told' or state = 'running')
      order by id for update)
    returning 1
  ),
  quiet as (
    select i.*, w.last_at, w.last_loyalty_at, coalesce(w.since_order, 0) as told, w.third_at,
      ${loyalty === undefined || minSpent === null ? 'false' : loyaltySql(loyalty.rules, { minSpent: bind(minSpent), ago, audience: audienceOf(loyalty) })} as loyalty_applies,
      liked.category_id, coalesce(liked.items, 0) as items, coalesce(liked.certain, 0) as certain
    from inactive i
      left join newsworthy n on n.person_id = i.id left join win_back w on w.root_id = i.id left join liked on liked.root_id = i.id
    where n.person_id is null
  ),
  -- This and the next once for each person, however often they are asked below.
  picked as materialized (
    select i.*, case
        when i.loyalty_applies then ${loyaltyId}
        when i.items >= ${minProducts} and ${audienceOf(arrivals)} and (i.certain >= ${minProducts} or (
          select count(*) from fresh f where f.category_id = i.category_id
            and (f.sold_since > coalesce(i.last_order_at, '-infinity') or not ${boughtSql('i.id', 'f.item_key')})
          ) >= ${minProducts}) then ${arrivalsId}
        else ${missId} end as campaign_id
    from quiet i
  ),
  judged as materialized (
    select i.*, case
        ${forbiddenSql({
          person: 'i',
          marketingToUs: bind(settings.sending.marketingToUs),
          // The others apply only to people in their audience.
          audience: `(i.campaign_id <> ${missId} or ${audienceOf(weMissYou)})`,
        })}
        when i.last_at > ${ago(winBack.spacingDays)} then 'win_back_spacing'
        when i.third_at is not null and i.last_at > ${ago(winBack.restDays)}
          and coalesce(i.last_order_at <= i.third_at, true) and coalesce(i.last_inbound_at <= i.third_at, true) then 'left_alone'
      end as reason
    from picked i where i.campaign_id is not null
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
    order by j.id
    on conflict (campaign_id, person_id, item_key, occasion) do update set state = excluded.state, reason = excluded.reason,
      reason_count = case when excluded.reason is null then 0 when l.reason = excluded.reason then l.reason_count + 1 else 1 end,
      rank = excluded.rank, interest_at = excluded.interest_at, settings_version = excluded.settings_version, rules = excluded.rules,
      choice = excluded.choice, retry_at = excluded.retry_at, expires_at = excluded.expires_at, considered_at = excluded.considered_at,
      updated_at = excluded.updated_at
      where l.state in ('suppressed', 'expired')
    returning 1
  )
  select (select count(*)::int from self) as people, (select count(*)::int from inactive) as inactive,
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
      join products bought on bought.shop_id = o.shop_id and bought.wc_id = any(array[line.product_wc_id, line.variation_wc_id])
    where buyer.root_id = ${personId} and bought.item_key = ${itemKey})`
}
