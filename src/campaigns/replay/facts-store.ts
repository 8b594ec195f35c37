import type { Tx } from '../../platform/database.ts'
import { consentEntries, offeredSql, purchasesSql, runWith } from './past-sql.ts'
import type { Span } from './past-store.ts'

// What happened in the span whatever was decided: copied once, found by its moment, and taken in step by step.

/** Rows of the span ($1 the shop, from after $2 to $3), each with the columns that hold its moments. */
interface Copy {
  name: string
  select: string
  moments: string[]
}

interface Fact {
  copies: Copy[]
  /** Takes in what happened after $2 and up to $3. */
  takeIn: string[]
  /** Planning looks again at each of its moments. */
  isOccasion: boolean
}

const within = (column: string): string => `${column} > $2 and ${column} <= $3`

/** The rows of a table that have one of these moments in the span. */
function copyOf(name: string, table: string, moments: string[], more = ''): Copy {
  const inSpan = moments.map(within).join(' or ')
  return { name, moments, select: `select * from public.${table} where shop_id = $1 and (${inSpan})${more}` }
}

const touchedOrders = `select order_id from replay_orders where ${within('at')}`

const touchedProducts = `select product_id from replay_stock where ${within('seen_at')}
  union select product_id from replay_prices where ${within('seen_at')}
  union select id from replay_deleted where ${within('deleted_at')}`

const facts: Readonly<Record<string, Fact>> = {
  view: {
    isOccasion: false,
    copies: [copyOf('replay_views', 'product_views', ['received_at'])],
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
    copies: [
      {
        name: 'replay_orders',
        moments: ['at'],
        select: `select id as order_id, placed_at as at from public.orders where shop_id = $1 and ${within('placed_at')}
          union select id, paid_at from public.orders where shop_id = $1 and ${within('paid_at')}
          union select o.id, r.at from order_refunds r join public.orders o on o.id = r.order_id where o.shop_id = $1 and ${within('r.at')}`,
      },
    ],
    takeIn: [
      `insert into category_interest as k (person_id, category_id, shop_id, views, purchases)
       select o.person_id, category_id, o.shop_id, 0, count(*)
       from public.orders o join order_lines l on l.order_id = o.id join products p on p.shop_id = o.shop_id and p.wc_id = l.product_wc_id
         cross join unnest(p.category_ids) category_id
       where o.id in (${touchedOrders}) and ${within('o.placed_at')} and o.counts and o.person_id is not null group by 1, 2, 3
       on conflict (person_id, category_id) do update set purchases = k.purchases + excluded.purchases`,
      `insert into orders select * from public.orders where id in (${touchedOrders}) and ${within('placed_at')} on conflict do nothing`,
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
    copies: [copyOf('replay_consent', 'consent_log', ['at'], ` and purpose in ('marketing', 'meta')`)],
    takeIn: [
      `update people p set consent = c.state, consent_at = c.at, consent_source = c.how
       from (select distinct on (person_id) person_id, state, how, at from replay_consent
             where ${within('at')} and ${consentEntries} order by person_id, at desc, id desc) c where p.id = c.person_id`,
      `update people p set marketing_paused_at = case when c.state = 'paused' then c.at end
       from (select distinct on (person_id) person_id, state, at from replay_consent
             where ${within('at')} and purpose = 'marketing' order by person_id, at desc, id desc) c where p.id = c.person_id`,
      `update people p set meta_stop = c.state = 'stop'
       from (select distinct on (person_id) person_id, state from replay_consent
             where ${within('at')} and purpose = 'meta' order by person_id, at desc, id desc) c where p.id = c.person_id`,
      // As an opt-out does at once: everything planned ends; a pause or Meta's stop leaves what was asked for.
      `update reengagement_log l set state = 'suppressed', reason = s.reason, reason_count = 1, retry_at = null, updated_at = $3
       from (select distinct on (record.root_id) record.root_id, case c.state when 'stop' then 'meta_stop' else c.state end as reason
             from replay_consent c join people record on record.id = c.person_id
             where ${within('c.at')} and c.purpose in ('marketing', 'meta') and c.state in ('opted_out', 'paused', 'stop')
             order by record.root_id, c.state) s
         join people record on record.root_id = s.root_id
       where l.person_id = record.id and l.state = 'waiting' and (s.reason = 'opted_out' or l.trigger <> 'asked')`,
    ],
  },
  inbound: {
    isOccasion: false,
    copies: [copyOf('replay_inbound', 'inbound_messages', ['at'])],
    takeIn: [
      `update people p set last_inbound_at = greatest(p.last_inbound_at, i.at)
       from (select person_id, max(at) as at from replay_inbound where ${within('at')} group by person_id) i
       where p.id = i.person_id`,
    ],
  },
  answer: {
    isOccasion: false,
    copies: [
      copyOf('replay_answers', 'messages', ['created_at'], ` and purpose in ('reply', 'transactional')`),
    ],
    takeIn: [`insert into messages select * from replay_answers where ${within('created_at')}`],
  },
  alert: {
    isOccasion: false,
    copies: [copyOf('replay_alerts', 'alerts', ['asked_at', 'ended_at'])],
    takeIn: [
      // Those answered in reality stay open until they are answered here.
      `update alerts a set ended_at = known.ended_at, end_reason = known.end_reason from replay_alerts known
       where known.id = a.id and a.ended_at is null and ${within('known.ended_at')} and known.end_reason <> 'answered'`,
      `insert into alerts (id, shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at)
       select id, shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at from replay_alerts
       where ${within('asked_at')} and (ended_at is null or ended_at > $3 or end_reason = 'answered')
       on conflict do nothing`,
    ],
  },
  product: {
    isOccasion: true,
    copies: [
      copyOf('replay_stock', 'stock_events', ['seen_at']),
      copyOf('replay_prices', 'price_events', ['seen_at']),
      copyOf('replay_deleted', 'products', ['deleted_at']),
    ],
    takeIn: [
      `insert into price_events select * from replay_prices where ${within('seen_at')}`,
      `update products p set stock_quantity = e.to_quantity, is_in_stock = e.to_in_stock
       from (select distinct on (product_id) * from replay_stock where ${within('seen_at')}
             order by product_id, seen_at desc, id desc) e where p.id = e.product_id`,
      `update products p set price_minor = e.to_minor
       from (select distinct on (product_id) * from replay_prices where ${within('seen_at')}
             order by product_id, seen_at desc, id desc) e where p.id = e.product_id`,
      `update products p set status = known.status, deleted_at = known.deleted_at from replay_deleted known
       where known.id = p.id and ${within('known.deleted_at')}`,
      `${offeredSql('$3')} and p.id in (${touchedProducts})`,
    ],
  },
  cycle: {
    isOccasion: true,
    copies: [copyOf('replay_cycles', 'stock_cycles', ['seen_at', 'closed_at'])],
    takeIn: [
      `update stock_cycles y set closed_at = known.closed_at from replay_cycles known
       where known.id = y.id and y.closed_at is null and ${within('known.closed_at')}`,
      `insert into stock_cycles select * from replay_cycles where ${within('seen_at')} and closed_at <= $3`,
      `insert into stock_cycles (id, shop_id, product_id, out_since, opened_at, seen_at, closed_at, cause)
       select id, shop_id, product_id, out_since, opened_at, seen_at, null, cause from replay_cycles
       where ${within('seen_at')} and (closed_at is null or closed_at > $3) on conflict do nothing`,
    ],
  },
  campaign: {
    isOccasion: true,
    copies: [copyOf('replay_switches', 'campaigns', ['on_since'])],
    takeIn: [
      `update campaigns c set is_on = known.is_on from replay_switches known where known.id = c.id and ${within('known.on_since')}`,
    ],
  },
  // The merchant's yes and no to what was held.
  held: {
    isOccasion: true,
    copies: [
      copyOf(
        'replay_answered_runs',
        'campaign_runs',
        ['approved_at', 'finished_at'],
        ` and (approved_at is not null or reason = 'bulk_change')`,
      ),
    ],
    takeIn: [
      `update campaign_runs r set state = 'new', reason = null, approved_at = known.approved_at
       from replay_answered_runs known
       where r.state = 'held' and known.campaign_id = r.campaign_id and ${within('known.approved_at')}
         and (known.cycle_id = r.cycle_id or known.price_event_id = r.price_event_id)`,
      `update campaign_runs r set state = 'done', reason = 'bulk_change', finished_at = known.finished_at
       from replay_answered_runs known
       where r.state = 'held' and known.campaign_id = r.campaign_id and ${within('known.finished_at')} and known.reason = 'bulk_change'
         and (known.cycle_id = r.cycle_id or known.price_event_id = r.price_event_id)`,
    ],
  },
}

/** Copies the facts of the span, and lists their moments. */
export async function gatherFacts(tx: Tx, { shopId, start, end }: Span): Promise<void> {
  const values = [shopId, start, end]
  await tx.execute(
    `create temp table replay_facts (what text not null, at timestamptz(3) not null, is_occasion bool not null) on commit drop`,
  )
  for (const [what, { copies, isOccasion }] of Object.entries(facts))
    for (const { name, select, moments } of copies) {
      await runWith(tx, `create temp table ${name} on commit drop as ${select}`, values)
      for (const moment of moments) {
        await tx.execute(`create index on ${name} (${moment})`)
        await runWith(
          tx,
          `insert into replay_facts select distinct '${what}', ${moment}, ${String(isOccasion)} from ${name} where ${within(moment)}`,
          values,
        )
      }
      await tx.execute(`analyze ${name}`)
    }
  await tx.execute('create index on replay_facts (at)')
  await tx.execute('create index on replay_facts (at) where is_occasion')
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
