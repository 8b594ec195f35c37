import type { Tx } from '../../platform/database.ts'
import { consentEntries, offeredSql, purchasesSql, runWith } from './past-sql.ts'
import type { Span } from './past-store.ts'

// What happened in the span whatever was decided: listed once by its moment, then taken in step by step.

interface Fact {
  /** The moments of this kind of fact after the start ($2) and up to the end ($3). */
  moments: string[]
  /** Takes in those after $2 and up to $3. */
  takeIn: string[]
  /** Planning looks again at each of its moments. */
  isOccasion: boolean
}

const moment = (table: string, column: string, more = ''): string =>
  `select ${column} from public.${table} where shop_id = $1 and ${column} > $2 and ${column} <= $3${more}`

const within = (column: string): string => `${column} > $2 and ${column} <= $3`

const touchedOrders = `select o.id from public.orders o where o.shop_id = $1 and (${within('o.placed_at')} or ${within('o.paid_at')}
  or exists (select 1 from order_refunds r where r.order_id = o.id and ${within('r.at')}))`

const isAnswer = ` and purpose in ('reply', 'transactional')`

const facts: Readonly<Record<string, Fact>> = {
  view: {
    isOccasion: false,
    moments: [moment('product_views', 'received_at')],
    takeIn: [
      `insert into product_interest as i (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views, last_price_minor)
       select person_id, product_id, shop_id, min(at), max(at), max(at) filter (where in_stock = false), count(*),
         (array_agg(price_minor order by at desc) filter (where price_minor is not null))[1]
       from replay_views where ${within('received_at')} group by person_id, product_id, shop_id
       on conflict (person_id, product_id) do update set first_at = least(i.first_at, excluded.first_at),
         last_at = greatest(i.last_at, excluded.last_at), last_sold_out_at = greatest(i.last_sold_out_at, excluded.last_sold_out_at),
         views = i.views + excluded.views,
         last_price_minor = case when excluded.last_at >= i.last_at then coalesce(excluded.last_price_minor, i.last_price_minor)
                                 else coalesce(i.last_price_minor, excluded.last_price_minor) end`,
      `insert into category_interest as k (person_id, category_id, shop_id, views, purchases)
       select v.person_id, c.category_id, v.shop_id, count(*), 0
       from replay_views v join products p on p.id = v.product_id left join products parent on parent.id = p.parent_id,
         lateral (select distinct unnest(coalesce(parent.category_ids, p.category_ids)) as category_id) c
       where ${within('v.received_at')} group by 1, 2, 3
       on conflict (person_id, category_id) do update set views = k.views + excluded.views`,
    ],
  },
  order: {
    isOccasion: false,
    moments: [
      moment('orders', 'placed_at'),
      moment('orders', 'paid_at'),
      `select r.at from order_refunds r join public.orders o on o.id = r.order_id where o.shop_id = $1 and ${within('r.at')}`,
    ],
    takeIn: [
      `insert into category_interest as k (person_id, category_id, shop_id, views, purchases)
       select o.person_id, category_id, o.shop_id, 0, count(*)
       from public.orders o join order_lines l on l.order_id = o.id join products p on p.shop_id = o.shop_id and p.wc_id = l.product_wc_id
         cross join unnest(p.category_ids) category_id
       where o.shop_id = $1 and ${within('o.placed_at')} and o.counts and o.person_id is not null group by 1, 2, 3
       on conflict (person_id, category_id) do update set purchases = k.purchases + excluded.purchases`,
      `insert into orders select * from public.orders where shop_id = $1 and ${within('placed_at')} on conflict do nothing`,
      `update orders o set paid_at = case when known.paid_at <= $3 then known.paid_at end,
         refunded_minor = case when exists (select 1 from order_refunds r where r.order_id = o.id and r.at > $3)
           then (select coalesce(sum(r.items_minor), 0) from order_refunds r where r.order_id = o.id and r.at <= $3) else known.refunded_minor end
       from public.orders known where known.id = o.id and o.id in (${touchedOrders})`,
      ...purchasesSql(
        `select t.person_id from public.orders t where t.person_id is not null and t.id in (${touchedOrders})`,
        '$3',
      ),
    ],
  },
  consent: {
    isOccasion: false,
    moments: [moment('consent_log', 'at', ` and purpose in ('marketing', 'meta')`)],
    takeIn: [
      `update people p set consent = c.state, consent_at = c.at, consent_source = c.how
       from (select distinct on (person_id) person_id, state, how, at from consent_log
             where shop_id = $1 and ${within('at')} and ${consentEntries} order by person_id, at desc, id desc) c where p.id = c.person_id`,
      `update people p set marketing_paused_at = case when c.state = 'paused' then c.at end
       from (select distinct on (person_id) person_id, state, at from consent_log
             where shop_id = $1 and ${within('at')} and purpose = 'marketing' order by person_id, at desc, id desc) c where p.id = c.person_id`,
      `update people p set meta_stop = c.state = 'stop'
       from (select distinct on (person_id) person_id, state from consent_log
             where shop_id = $1 and ${within('at')} and purpose = 'meta' order by person_id, at desc, id desc) c where p.id = c.person_id`,
      // As an opt-out does at once: everything planned ends; a pause or Meta's stop leaves what was asked for.
      `update reengagement_log l set state = 'suppressed', reason = s.reason, reason_count = 1, retry_at = null, updated_at = $3
       from (select distinct on (record.root_id) record.root_id, case c.state when 'stop' then 'meta_stop' else c.state end as reason
             from consent_log c join people record on record.id = c.person_id
             where c.shop_id = $1 and ${within('c.at')} and c.purpose in ('marketing', 'meta') and c.state in ('opted_out', 'paused', 'stop')
             order by record.root_id, c.state) s
         join people record on record.root_id = s.root_id
       where l.person_id = record.id and l.state = 'waiting' and (s.reason = 'opted_out' or l.trigger <> 'asked')`,
    ],
  },
  inbound: {
    isOccasion: false,
    moments: [moment('inbound_messages', 'at')],
    takeIn: [
      `update people p set last_inbound_at = greatest(p.last_inbound_at, i.at)
       from (select person_id, max(at) as at from inbound_messages where shop_id = $1 and ${within('at')} group by person_id) i
       where p.id = i.person_id`,
    ],
  },
  answer: {
    isOccasion: false,
    moments: [moment('messages', 'created_at', isAnswer)],
    takeIn: [
      `insert into messages select * from public.messages where shop_id = $1 and ${within('created_at')}${isAnswer}`,
    ],
  },
  alert: {
    isOccasion: false,
    moments: [moment('alerts', 'asked_at'), moment('alerts', 'ended_at')],
    takeIn: [
      // Those answered in reality stay open until they are answered here.
      `update alerts a set ended_at = known.ended_at, end_reason = known.end_reason from public.alerts known
       where known.id = a.id and a.ended_at is null and ${within('known.ended_at')} and known.end_reason <> 'answered'`,
      `insert into alerts (id, shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at)
       select id, shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at from public.alerts
       where shop_id = $1 and ${within('asked_at')} and (ended_at is null or ended_at > $3 or end_reason = 'answered')
       on conflict do nothing`,
    ],
  },
  product: {
    isOccasion: true,
    moments: [
      moment('stock_events', 'seen_at'),
      moment('price_events', 'seen_at'),
      moment('products', 'deleted_at'),
    ],
    takeIn: [
      `insert into price_events select * from public.price_events where shop_id = $1 and ${within('seen_at')}`,
      `update products p set stock_quantity = e.to_quantity, is_in_stock = e.to_in_stock
       from (select distinct on (product_id) * from stock_events where shop_id = $1 and ${within('seen_at')}
             order by product_id, seen_at desc, id desc) e where p.id = e.product_id`,
      `update products p set price_minor = e.to_minor
       from (select distinct on (product_id) * from public.price_events where shop_id = $1 and ${within('seen_at')}
             order by product_id, seen_at desc, id desc) e where p.id = e.product_id`,
      `update products p set status = known.status, deleted_at = known.deleted_at from public.products known
       where known.id = p.id and known.shop_id = $1 and ${within('known.deleted_at')}`,
      offeredSql('$3'),
    ],
  },
  cycle: {
    isOccasion: true,
    moments: [moment('stock_cycles', 'seen_at'), moment('stock_cycles', 'closed_at')],
    takeIn: [
      `update stock_cycles y set closed_at = known.closed_at from public.stock_cycles known
       where known.id = y.id and y.closed_at is null and ${within('known.closed_at')}`,
      `insert into stock_cycles select * from public.stock_cycles where shop_id = $1 and ${within('seen_at')} and closed_at <= $3`,
      `insert into stock_cycles (id, shop_id, product_id, out_since, opened_at, seen_at, closed_at, cause)
       select id, shop_id, product_id, out_since, opened_at, seen_at, null, cause from public.stock_cycles
       where shop_id = $1 and ${within('seen_at')} and (closed_at is null or closed_at > $3) on conflict do nothing`,
    ],
  },
  campaign: {
    isOccasion: true,
    moments: [moment('campaigns', 'on_since')],
    takeIn: [
      `update campaigns c set is_on = known.is_on from public.campaigns known where known.id = c.id and ${within('known.on_since')}`,
    ],
  },
  // The merchant's yes and no to what was held.
  held: {
    isOccasion: true,
    moments: [
      moment('campaign_runs', 'approved_at'),
      moment('campaign_runs', 'finished_at', ` and reason = 'bulk_change'`),
    ],
    takeIn: [
      `update campaign_runs r set state = 'new', reason = null, approved_at = known.approved_at
       from public.campaign_runs known
       where r.state = 'held' and known.campaign_id = r.campaign_id and ${within('known.approved_at')}
         and (known.cycle_id = r.cycle_id or known.price_event_id = r.price_event_id)`,
      `update campaign_runs r set state = 'done', reason = 'bulk_change', finished_at = known.finished_at
       from public.campaign_runs known
       where r.state = 'held' and known.campaign_id = r.campaign_id and ${within('known.finished_at')} and known.reason = 'bulk_change'
         and (known.cycle_id = r.cycle_id or known.price_event_id = r.price_event_id)`,
    ],
  },
}

/** Lists the facts of the span. */
export async function gatherFacts(tx: Tx, { shopId, start, end }: Span): Promise<void> {
  const values = [shopId, start, end]
  await tx.execute(
    `create temp table replay_facts (what text not null, at timestamptz(3) not null, is_occasion bool not null) on commit drop`,
  )
  for (const [what, { moments, isOccasion }] of Object.entries(facts))
    for (const listed of moments)
      await runWith(
        tx,
        `insert into replay_facts select distinct '${what}', found.at, ${String(isOccasion)} from (${listed}) found(at)`,
        values,
      )
  await tx.execute('create index on replay_facts (at)')
  await tx.execute('create index on replay_facts (at) where is_occasion')
  await runWith(
    tx,
    `create temp table replay_views on commit drop as
       select * from product_views where shop_id = $1 and received_at > $2 and received_at <= $3`,
    values,
  )
  await tx.execute('create index on replay_views (received_at)')
  await tx.execute('analyze replay_facts')
}

/** Takes in what happened after `from` and up to `to`. */
export async function takeInFacts(
  tx: Tx,
  { shopId, from, to }: { shopId: number; from: Date; to: Date },
): Promise<void> {
  const found = await tx.query<{ what: string }>(
    `select distinct what from replay_facts where at > $1 and at <= $2`,
    [from, to],
  )
  for (const [what, fact] of Object.entries(facts)) {
    if (!found.some((one) => one.what === what)) continue
    for (const statement of fact.takeIn) await runWith(tx, statement, [shopId, from, to])
  }
}
