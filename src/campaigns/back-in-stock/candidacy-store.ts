import type { Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import type { Audience } from '../audience.ts'
import { audienceSql } from '../audience-sql.ts'
import { boughtSinceSql } from '../bought-since.ts'
import { forbiddenSql } from '../forbidden-sql.ts'
import { values } from '../value.ts'
import type { StockCampaign } from './run-store.ts'

export interface Consideration extends StockCampaign {
  audience: Audience
  shopSettings: ShopSettings
  now: Date
}

/**
 * Writes one candidacy for everybody with a reason to be told of these runs' items: who asked first, then who looked last longest ago.
 * Those who must not be told are written too, as suppressed, each with its first reason. Returns how many rows are new.
 */
export function considerAudience(tx: Tx, about: Consideration, runIds: readonly number[]): Promise<number> {
  const { settings, shopSettings, now } = about
  const bound: unknown[] = [
    runIds,
    about.shopId,
    now,
    settings.interestDays,
    settings.minOutMinutes,
    new Date(now.getTime() - settings.repeatDays * 86_400_000),
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

// Which products' views and alerts speak for an item: the item, its translations and variations whose stock it keeps (a view of any of
// them is a view of it), and its parents (a view counts if the whole product was sold out, an alert if it asked for any variation).
//
// What the runs are about is looked up run by run: right after they were opened the database knows nothing of them, expects one at
// most, and would go through all of them for every person.
//
// Everybody is judged before the first row is written (the order by): in a shop's first campaign PostgreSQL reads the small log as a whole for
// each person, and would go through all that this very statement has written.
//
// The last view before the cycle: the roll-up knows it unless the person looked again since. The shop's times are whole seconds: who
// found it sold out in the second in which it came back looked before.
const boughtSql = boughtSinceSql({
  personId: 'i.person_id',
  shopId: '$2',
  itemKey: 'r.item_key',
  productId: 'r.product_id',
  since: 'i.at',
})

function considerSql(audience: string): string {
  return `with run as materialized (
    select r.id, r.shop_id, r.campaign_id, r.cycle_id, r.product_id, r.expires_at, r.settings_version, p.item_key, y.opened_at,
      y.opened_at - make_interval(hours => 24 * $4::int) as since,
      coalesce(y.opened_at - y.out_since < make_interval(mins => $5::int), false) as is_short
    from unnest($1::bigint[]) given(id) join campaign_runs r on r.id = given.id
      cross join lateral (select * from stock_cycles y where y.id = r.cycle_id offset 0) y
      join products p on p.id = r.product_id
  ),
  same as (
    select r.id as run_id, p.id as product_id, p.parent_id from run r join products p on p.shop_id = $2 and p.item_key = r.item_key
  ),
  direct as (
    select run_id, product_id from same
    union select s.run_id, v.id from same s join products v on v.parent_id = s.product_id and v.stock_managed_by = 'parent'
  ),
  parent as (
    select s.run_id, s.parent_id as product_id from same s where s.parent_id is not null
    union select s.run_id, q.id from same s join products up on up.id = s.parent_id
      join products q on q.shop_id = $2 and q.item_key = up.item_key
    except select run_id, product_id from direct
  ),
  asked as (
    select t.run_id, w.root_id as person_id, a.id as alert_id, a.asked_at as at
    from (select run_id, product_id, false as is_parent from direct union all select run_id, product_id, true from parent) t
      join alerts a on a.product_id = t.product_id and (a.any_variation or not t.is_parent)
      join people w on w.id = a.person_id
    where a.shop_id = $2 and a.kind = 'back_in_stock' and a.ended_at is null and a.expires_at > $3 and a.asked_at <= $3
  ),
  seen as (
    select r.id as run_id, i.person_id, r.since, case when i.last_at < r.opened_at then i.last_at else (
        select max(v.at) from product_views v where v.person_id = i.person_id and v.product_id = i.product_id
          and (v.at < r.opened_at or (v.in_stock = false and v.at < r.opened_at + interval '1 second'))) end as at
    from run r join direct t on t.run_id = r.id join product_interest i on i.product_id = t.product_id
    where i.last_at >= r.since and i.first_at < r.opened_at + interval '1 second'
    union all
    select r.id, i.person_id, r.since, case when i.last_sold_out_at < r.opened_at + interval '1 second' then i.last_sold_out_at else (
        select max(v.at) from product_views v where v.person_id = i.person_id and v.product_id = i.product_id
          and v.in_stock = false and v.at < r.opened_at + interval '1 second') end
    from run r join parent t on t.run_id = r.id join product_interest i on i.product_id = t.product_id
    where i.last_at >= r.since and i.last_sold_out_at >= r.since
  ),
  interested as (
    select distinct on (run_id, person_id) * from (
      select run_id, person_id, alert_id, at, true as asked from asked
      union all
      select s.run_id, w.root_id, null, max(s.at), false from seen s join people w on w.id = s.person_id
      where s.at >= s.since group by s.run_id, w.root_id
    ) everybody order by run_id, person_id, asked desc, at
  ),
  judged as (
    select i.*, row_number() over (partition by i.run_id order by i.asked desc, i.at, i.person_id) as rank,
      case
        ${forbiddenSql({ person: 'p', asked: 'i.asked', marketingToUs: '$7', audience })}
        when not i.asked and r.is_short then 'short_spell'
        when ${boughtSql} then 'bought_since'
        when exists (
          select 1 from people w join reengagement_log l on l.person_id = w.id and l.item_key = r.item_key and l.message_id is not null
            join messages m on m.id = l.message_id
          where w.root_id = i.person_id and m.counted_at > $6) then 'already_told'
      end as reason
    from interested i join run r on r.id = i.run_id join people p on p.id = i.person_id
  )
  insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, cycle_id, trigger, value, alert_id,
    rank, interest_at, settings_version, rules, state, reason, reason_count, expires_at, considered_at, updated_at)
  select r.shop_id, r.campaign_id, j.person_id, r.product_id, r.item_key, 'cycle:' || r.cycle_id, r.id, r.cycle_id,
    case when j.asked then 'asked' else 'viewed' end,
    case when j.asked then ${values.askedBackInStock} else ${values.backInStock} end, j.alert_id, j.rank, j.at,
    r.settings_version, $8::jsonb, case when j.reason is null then 'waiting' else 'suppressed' end, j.reason,
    case when j.reason is null then 0 else 1 end, r.expires_at, $3, $3
  from judged j join run r on r.id = j.run_id
  order by j.run_id, j.rank
  on conflict (campaign_id, person_id, item_key, occasion) do nothing`
}
