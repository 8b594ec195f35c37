import { lowestPriceSql } from '../../catalog/price-history-sql.ts'
import type { Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import type { Audience } from '../audience.ts'
import { audienceSql } from '../audience-sql.ts'
import { boughtSinceSql } from '../bought-since.ts'
import { forbiddenSql } from '../forbidden-sql.ts'
import { values } from '../value.ts'
import type { PriceCampaign } from './run-store.ts'

export interface Consideration extends PriceCampaign {
  audience: Audience
  shopSettings: ShopSettings
  now: Date
}

/**
 * Writes one candidacy for everybody whom these falls may concern, with the reference that holds for this person, the price now and the
 * drop between them. Those who must not be told are written as suppressed, each with its first reason. Returns how many rows are new.
 */
export function considerAudience(tx: Tx, about: Consideration, runIds: readonly number[]): Promise<number> {
  const { settings, shopSettings, now } = about
  const bound: unknown[] = [
    runIds,
    about.shopId,
    now,
    settings.interestDays,
    settings.honestReference,
    settings.thresholdBps,
    settings.minAmountMinor,
    settings.saleEndsHours,
    shopSettings.sending.marketingToUs,
    JSON.stringify(settings),
  ]
  const audience = audienceSql(
    about.audience,
    { personId: 'p.id', shopId: '$2' },
    (value) => `$${bound.push(value)}`,
  )
  return tx.execute(considerSql(audience), bound)
}

const boughtSql = boughtSinceSql({
  personId: 'i.person_id',
  shopId: '$2',
  itemKey: 'r.item_key',
  productId: 'r.product_id',
  since: 'i.at',
})

// What the runs are about is looked up run by run: right after they were opened the database knows nothing of them, expects one at
// most, and would go through all of them for every person.
function considerSql(audience: string): string {
  return `with run as materialized (
    select r.id, r.shop_id, r.campaign_id, r.price_event_id, r.product_id, r.expires_at, r.settings_version, e.from_minor,
      item.item_key, item.price_minor, item.is_sellable, item.sale_to, ${lowestPriceSql('e', '30')} as lowest
    from unnest($1::bigint[]) given(id) join campaign_runs r on r.id = given.id
      cross join lateral (select * from price_events e where e.id = r.price_event_id offset 0) e
      join products item on item.id = r.product_id
  ),
  same as (
    select r.id as run_id, p.id as product_id from run r join products p on p.shop_id = $2 and p.item_key = r.item_key
  ),
  asked as (
    select distinct on (s.run_id, w.root_id) s.run_id, w.root_id as person_id, a.id as alert_id, a.asked_at as at
    from same s join run r on r.id = s.run_id
      join alerts a on a.product_id = s.product_id and a.kind = 'price_below' and a.ended_at is null and a.threshold_minor >= r.price_minor
      join people w on w.id = a.person_id
    where a.expires_at > $3 and a.asked_at <= $3
    order by s.run_id, w.root_id, a.asked_at, a.id
  ),
  seen as (
    select distinct on (s.run_id, w.root_id) s.run_id, w.root_id as person_id, i.last_at as at, i.last_price_minor
    from same s join product_interest i on i.product_id = s.product_id and i.last_at > $3::timestamptz - make_interval(hours => 24 * $4::int)
      join people w on w.id = i.person_id
    where i.last_at <= $3
    order by s.run_id, w.root_id, i.last_at desc, i.product_id
  ),
  interested as (
    select run_id, person_id, alert_id, at, null::bigint as last_price_minor, true as asked from asked
    union all
    select run_id, person_id, null, at, last_price_minor, false from seen s
    where not exists (select 1 from asked a where a.run_id = s.run_id and a.person_id = s.person_id)
  ),
  priced as (
    select i.*, case when $5 then least(i.last_price_minor, r.lowest) else coalesce(i.last_price_minor, r.from_minor) end as reference_minor
    from interested i join run r on r.id = i.run_id
  ),
  -- Once for each: the reason is asked for several times below.
  judged as materialized (
    select i.*, case
        ${forbiddenSql({ person: 'p', asked: 'i.asked', marketingToUs: '$9', audience })}
        when not r.is_sellable or r.price_minor is null then 'not_sellable'
        when not i.asked and coalesce(not ((i.reference_minor - r.price_minor) * 10000 > i.reference_minor * $6::int
          and i.reference_minor - r.price_minor >= $7), true) then 'drop_too_small'
        when not i.asked and r.sale_to < $3::timestamptz + make_interval(hours => $8) then 'sale_ending'
        when ${boughtSql} then 'bought_since'
        when exists (
          select 1 from people w join reengagement_log l on l.person_id = w.id and l.item_key = r.item_key
            left join messages m on m.id = l.message_id
          where w.root_id = i.person_id and l.campaign_id = r.campaign_id and l.price_minor <= r.price_minor
            and l.run_id is distinct from r.id and (m.counted_at is not null or l.state in ('waiting', 'reserved'))) then 'already_told'
      end as reason,
      case when i.reference_minor > 0 and r.price_minor is not null then greatest(-2000000000, (i.reference_minor - r.price_minor) * 10000 / i.reference_minor)::int end as drop_bps
    from priced i join run r on r.id = i.run_id join people p on p.id = i.person_id
  )
  insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, price_event_id, trigger, value,
    alert_id, rank, interest_at, settings_version, rules, reference_minor, price_minor, drop_bps, state, reason, reason_count, retry_at,
    expires_at, considered_at, updated_at)
  select r.shop_id, r.campaign_id, j.person_id, r.product_id, r.item_key, 'price:' || r.price_event_id, r.id, r.price_event_id,
    case when j.asked then 'asked' else 'viewed' end, case when j.asked then ${values.askedPrice} else ${values.priceDrop} end, j.alert_id,
    -- The biggest drop first, then the product we have known longer.
    -greatest(-10000, coalesce(j.drop_bps, 0))::bigint * 1000000000000 + r.product_id, j.at, r.settings_version, $10::jsonb, j.reference_minor,
    r.price_minor, j.drop_bps, case when j.reason is null then 'waiting' else 'suppressed' end, j.reason,
    case when j.reason is null then 0 else 1 end, $3, r.expires_at, $3, $3
  from judged j join run r on r.id = j.run_id
  order by j.run_id, j.person_id
  on conflict (campaign_id, person_id, item_key, occasion) do nothing`
}
