import { bareBackInStock, barePriceDrop, bareWinBack, inactivePeople } from './bare-sql.ts'
import { dailySlot, newsAt } from './size.ts'

/** Something to plan: what is switched on, when it is, and what is measured beside it. */
export interface PlanCase {
  name: string
  goalMs: number
  kinds: readonly string[]
  /** News from before this moment stays unannounced. */
  onSince: string
  now: Date
  isDaily: boolean
  /** One statement that writes a narrow row for each who may be told (bare-sql.ts). */
  bareSql: string
  /** Who has a reason to be told, told or not, from the raw rows: person_id (a root), product_id, occasion_id, at. */
  candidatesSql: string
  /** How many of them have a candidacy now. */
  writtenSql: string
}

const written = `select count(*) as count from reengagement_log where updated_at >=`

// Of those away, who has a candidacy now: written or taken up again by the run, or open since the day's news. What was written about
// anybody else counts as well, and makes the sum wrong.
const writtenDaily = `
  with away as materialized (${inactivePeople(dailySlot)}),
    run as materialized (select record.root_id from reengagement_log l join people record on record.id = l.person_id where l.updated_at >= '${dailySlot}'),
    open as (select record.root_id from reengagement_log l join people record on record.id = l.person_id
      where l.state in ('waiting', 'reserved') and l.updated_at < '${dailySlot}' and l.expires_at > '${dailySlot}')
  select (select count(*) from away where root_id in (select root_id from run union all select root_id from open))
    + (select count(*) from run where root_id not in (select root_id from away)) as count`

const cameBack = `
  select distinct on (record.root_id, r.cycle_id) record.root_id as person_id, r.product_id, r.cycle_id as occasion_id, seen.at
  from (select y.id as cycle_id, y.product_id, y.opened_at, p.item_key from stock_cycles y join bench.restocked using (product_id)
          join products p on p.id = y.product_id where y.closed_at is null) r
    join products same on same.shop_id = 1 and same.item_key = r.item_key
    cross join lateral (
      select v.person_id, v.at from product_views v
      where (v.product_id = same.id or (v.product_id = same.parent_id and not v.in_stock))
        and v.at >= r.opened_at - interval '60 days' and v.at < r.opened_at
      union all select a.person_id, a.asked_at from alerts a where a.product_id = same.id and a.kind = 'back_in_stock' and a.ended_at is null) seen
    join people record on record.id = seen.person_id
  order by record.root_id, r.cycle_id, seen.at desc`

const gotCheaper = `
  select distinct on (record.root_id, e.id) record.root_id as person_id, e.product_id, e.id as occasion_id, seen.at
  from (select e.*, p.item_key, p.price_minor from price_events e join bench.repriced r on r.product_id = e.product_id and r.at = e.at
          join products p on p.id = e.product_id where e.to_minor < e.from_minor) e
    join products same on same.shop_id = 1 and same.item_key = e.item_key
    cross join lateral (
      select v.person_id, v.at from product_views v where v.product_id = same.id and v.at >= '${newsAt}'::timestamptz - interval '30 days'
      union all select a.person_id, a.asked_at from alerts a
      where a.product_id = same.id and a.kind = 'price_below' and a.ended_at is null and a.threshold_minor >= e.price_minor) seen
    join people record on record.id = seen.person_id
  where (e.from_minor - e.to_minor) * 10 > e.from_minor
    or exists (select 1 from alerts a join products asked on asked.id = a.product_id
      where asked.item_key = e.item_key and a.kind = 'price_below' and a.ended_at is null and a.threshold_minor >= e.to_minor)
  order by record.root_id, e.id, seen.at desc`

export const planCases: readonly PlanCase[] = [
  {
    name: 'back in stock',
    goalMs: 1_500,
    kinds: ['back_in_stock'],
    onSince: '2026-11-18T06:00:00Z',
    now: new Date(newsAt),
    isDaily: false,
    bareSql: bareBackInStock,
    candidatesSql: cameBack,
    writtenSql: `${written} '${newsAt}'`,
  },
  {
    name: 'price drop',
    goalMs: 3_000,
    kinds: ['price_drop'],
    onSince: '2026-11-18T06:00:00Z',
    now: new Date(newsAt),
    isDaily: false,
    bareSql: barePriceDrop,
    candidatesSql: gotCheaper,
    writtenSql: `${written} '${newsAt}'`,
  },
  {
    name: 'daily run',
    goalMs: 8_000,
    kinds: ['back_in_stock', 'price_drop', 'loyalty_reward', 'new_arrivals', 'we_miss_you'],
    // After the day's news, so that only the run itself is measured; so long ago for win-backs that no ramp-up holds them back.
    onSince: '2026-11-18T18:00:00Z',
    now: new Date(dailySlot),
    isDaily: true,
    bareSql: bareWinBack(dailySlot),
    candidatesSql: `select root_id as person_id, 0::bigint as product_id, 0::bigint as occasion_id, since as at from (${inactivePeople(dailySlot)}) away`,
    writtenSql: writtenDaily,
  },
]
