import { newsAt } from './size.ts'

// What the goals compare with: one statement for each kind that finds who may be told and writes a narrow row for each under a unique key
// of whole numbers. It knows the reasons that end a candidacy and the two common caps. It does not keep those who must not be told, nor
// why, does not choose between kinds, reserves nothing, and would break caps beside a second planner.

export const barePlans = `create table if not exists bench.plans (campaign_id bigint not null, person_id bigint not null,
  product_id bigint not null, occasion_id bigint not null, rank bigint not null, unique (campaign_id, person_id, product_id, occasion_id))`

const capsAllow = (now: string): string => `not exists (
    select 1 from people record join messages m on m.person_id = record.id
    where record.root_id = root.id and m.counted_at > '${now}'::timestamptz - interval '7 days')
  and (select count(*) from people record join messages m on m.person_id = record.id
    where record.root_id = root.id and m.counted_at > '${now}'::timestamptz - interval '30 days') < 4`

const mayBeTold = `root.consent = 'opted_in' and not root.meta_stop and root.marketing_paused_at is null and root.country <> 'US'`

const boughtSince = `exists (
    select 1 from people record join orders o on o.person_id = record.id join order_lines l on l.order_id = o.id
    where record.root_id = root.id and o.counts and o.placed_at >= seen.at and coalesce(l.variation_wc_id, l.product_wc_id) = p.wc_id)`

export const bareBackInStock = `
  insert into bench.plans (campaign_id, person_id, product_id, occasion_id, rank)
  select 1, root.id, p.id, seen.cycle_id, row_number() over (partition by seen.cycle_id order by seen.at)
  from (
    select y.id as cycle_id, y.product_id, record.root_id, max(i.last_at) as at
    from stock_cycles y join product_interest i on i.product_id = y.product_id and i.last_at >= y.opened_at - interval '60 days'
      join people record on record.id = i.person_id
    where y.closed_at is null and y.opened_at > '${newsAt}'::timestamptz - interval '1 hour' group by y.id, y.product_id, record.root_id) seen
    join people root on root.id = seen.root_id join products p on p.id = seen.product_id
  where ${mayBeTold} and p.is_sellable and not ${boughtSince} and ${capsAllow(newsAt)}
  on conflict do nothing`

export const barePriceDrop = `
  insert into bench.plans (campaign_id, person_id, product_id, occasion_id, rank)
  select 2, root.id, p.id, seen.event_id, p.price_minor - least(seen.price, seen.from_minor)
  from (
    select e.id as event_id, e.product_id, e.from_minor, record.root_id, max(i.last_at) as at, min(i.last_price_minor) as price
    from price_events e join product_interest i on i.product_id = e.product_id and i.last_at >= '${newsAt}'::timestamptz - interval '30 days'
      join people record on record.id = i.person_id
    where e.seen_at > '${newsAt}'::timestamptz - interval '2 hours' and e.to_minor < e.from_minor group by e.id, record.root_id) seen
    join people root on root.id = seen.root_id join products p on p.id = seen.product_id
  where ${mayBeTold} and p.is_sellable and p.price_minor * 10 < least(seen.price, seen.from_minor) * 9
    and not ${boughtSince} and ${capsAllow(newsAt)}
  on conflict do nothing`

/** Everybody who has been away for 60 to 365 days. So many that the messages of all are read at once. */
export function bareWinBack(now: string): string {
  return `
  insert into bench.plans (campaign_id, person_id, product_id, occasion_id, rank)
  select 5, root.id, 0, extract(epoch from away.since)::bigint / 86400, extract(epoch from away.since)
  from (${inactivePeople(now)}) away join people root on root.id = away.root_id
    left join (select record.root_id, count(*) as counted, max(m.counted_at) as last_at from messages m join people record on record.id = m.person_id
      where m.counted_at > '${now}'::timestamptz - interval '30 days' group by record.root_id) told on told.root_id = root.id
  where ${mayBeTold} and coalesce(told.counted < 4 and told.last_at <= '${now}'::timestamptz - interval '7 days', true)
  on conflict do nothing`
}

/** Roots by their last order, or the first contact if there was none; nobody who has written in the last 14 days. */
export function inactivePeople(now: string): string {
  return `
    select record.root_id, coalesce(max(b.last_order_at), min(record.created_at)) as since
    from people record left join person_purchases b on b.person_id = record.id
    group by record.root_id
    having coalesce(max(b.last_order_at), min(record.created_at)) > '${now}'::timestamptz - interval '365 days'
      and coalesce(max(b.last_order_at), min(record.created_at)) <= '${now}'::timestamptz - interval '60 days'
      and coalesce(max(record.last_inbound_at), '-infinity') <= '${now}'::timestamptz - interval '14 days'`
}
