import type { Tx } from '../../platform/database.ts'
import { consentEntries, offeredSql, purchasesSql, runWith } from './past-sql.ts'

/** What is decided again: a shop's span of time. */
export interface Span {
  shopId: number
  start: Date
  end: Date
}

/** Everything that planning reads as it is at a moment, or writes. */
const shadowed = [
  'shops',
  'shop_settings',
  'campaigns',
  'campaign_settings_versions',
  'audit_log',
  'people',
  'products',
  'product_interest',
  'category_interest',
  'person_purchases',
  'alerts',
  'orders',
  'stock_cycles',
  'price_events',
  'messages',
  'message_candidacies',
  'reengagement_log',
  'campaign_runs',
  'daily_runs',
  'daily_slices',
  'contact_budgets',
] as const

/**
 * Puts tables of the replay's own in front of the real ones, so that nobody waits for it and it waits for nobody: PostgreSQL looks for a
 * name among a session's temporary tables first. They are as the shop was at the start of the span, and gone with the transaction.
 */
export async function openPast(tx: Tx, span: Span): Promise<void> {
  for (const table of shadowed)
    await tx.execute(`create temp table ${table} (like public.${table} including all) on commit drop`)
  for (const statement of [...copies, ...undos]) await runWith(tx, statement, [span.shopId, span.start])
  for (const table of shadowed) await tx.execute(`analyze ${table}`)
}

const wholeOf = (table: string, condition = 'shop_id = $1'): string =>
  `insert into ${table} select * from public.${table} where ${condition}`

// $1 the shop, $2 the start. Rows about later times are left out here, or put back below.
const copies = [
  wholeOf('shops', 'id = $1'),
  wholeOf('shop_settings'),
  wholeOf('campaigns'),
  wholeOf(
    'campaign_settings_versions',
    'campaign_id in (select id from public.campaigns where shop_id = $1)',
  ),
  wholeOf('people'),
  wholeOf('products'),
  wholeOf('product_interest', 'shop_id = $1 and first_at <= $2'),
  wholeOf('category_interest'),
  wholeOf('person_purchases'),
  wholeOf('alerts', 'shop_id = $1 and asked_at <= $2'),
  wholeOf('orders', 'shop_id = $1 and placed_at <= $2'),
  wholeOf('stock_cycles', 'shop_id = $1 and seen_at <= $2'),
  wholeOf('price_events', 'shop_id = $1 and seen_at <= $2'),
  // Of replies only those matter that may answer what was asked a day before the start.
  wholeOf(
    'messages',
    `shop_id = $1 and created_at <= $2 and (purpose in ('alert', 'campaign') or created_at > $2::timestamptz - interval '48 hours')`,
  ),
  wholeOf('reengagement_log', 'shop_id = $1 and considered_at <= $2'),
  `insert into message_candidacies select mc.* from public.message_candidacies mc join messages m on m.id = mc.message_id`,
  wholeOf('campaign_runs', 'shop_id = $1 and created_at <= $2'),
  wholeOf('daily_runs', 'shop_id = $1 and slot <= $2'),
]

const undos = [
  `update campaigns set is_on = false where on_since > $2`,
  ...undoConsent(),
  `update people p set last_inbound_at = (select max(i.at) from inbound_messages i where i.person_id = p.id and i.at <= $2)
   where p.last_inbound_at > $2`,
  `update people set handoff_at = null where handoff_at > $2`,
  // What keeps a product from being sold besides its stock and its price is taken as it is today, but for a deletion.
  `create temp table replay_products on commit drop as
     select id, deleted_at, case when deleted_at is not null then true when is_in_stock then is_sellable else status = 'publish' and is_visible end
       as is_offered from products`,
  `update products set status = 'publish', deleted_at = null where deleted_at > $2`,
  `update products p set stock_quantity = e.from_quantity, is_in_stock = e.from_in_stock
   from (select distinct on (product_id) * from stock_events where shop_id = $1 and seen_at > $2 order by product_id, seen_at, id) e
   where p.id = e.product_id`,
  `update products p set price_minor = e.from_minor
   from (select distinct on (product_id) * from public.price_events where shop_id = $1 and seen_at > $2 order by product_id, seen_at, id) e
   where p.id = e.product_id`,
  offeredSql('$2'),
  `create temp table replay_interest on commit drop as
     select person_id, product_id from product_interest where last_at > $2`,
  `delete from product_interest where last_at > $2`,
  `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views, last_price_minor)
   select v.person_id, v.product_id, v.shop_id, min(v.at), max(v.at), max(v.at) filter (where v.in_stock = false), count(*),
     (array_agg(v.price_minor order by v.at desc) filter (where v.price_minor is not null))[1]
   from replay_interest i join product_views v on v.person_id = i.person_id and v.product_id = i.product_id
   where v.shop_id = $1 and v.received_at <= $2 group by v.person_id, v.product_id, v.shop_id`,
  `update category_interest k set views = greatest(0, k.views - later.views)
   from (select v.person_id, c.category_id, count(*) as views
     from product_views v join products p on p.id = v.product_id left join products parent on parent.id = p.parent_id,
       lateral (select distinct unnest(coalesce(parent.category_ids, p.category_ids)) as category_id) c
     where v.shop_id = $1 and v.received_at > $2 group by 1, 2) later
   where later.person_id = k.person_id and later.category_id = k.category_id`,
  `update category_interest k set purchases = greatest(0, k.purchases - later.lines)
   from (select o.person_id, category_id, count(*) as lines
     from public.orders o join order_lines l on l.order_id = o.id join products p on p.shop_id = o.shop_id and p.wc_id = l.product_wc_id
       cross join unnest(p.category_ids) category_id
     where o.shop_id = $1 and o.placed_at > $2 and o.counts group by 1, 2) later
   where later.person_id = k.person_id and later.category_id = k.category_id`,
  // What was only looked at later was not known at all.
  `delete from category_interest where views + purchases = 0`,
  `update orders set paid_at = null where paid_at > $2`,
  `update orders o set refunded_minor = (select coalesce(sum(r.items_minor), 0) from order_refunds r where r.order_id = o.id and r.at <= $2)
   where exists (select 1 from order_refunds r where r.order_id = o.id and r.at > $2)`,
  ...purchasesSql(
    `select o.person_id from public.orders o where o.shop_id = $1 and o.person_id is not null and (o.placed_at > $2 or o.paid_at > $2
       or exists (select 1 from order_refunds r where r.order_id = o.id and r.at > $2))`,
    '$2',
  ),
  `update alerts set ended_at = null, end_reason = null where ended_at > $2`,
  `update stock_cycles set closed_at = null where closed_at > $2`,
  // Decided after the start: open again, unless its message was made before. Until when it waited then is not kept, so it waits as long
  // as it really did.
  `update reengagement_log l set state = 'waiting', reason = null, reason_count = 0, message_id = null, competing_id = null,
     retry_at = greatest($2, coalesce((select m.created_at from public.messages m where m.id = l.message_id),
       case when l.state = 'waiting' then coalesce(l.retry_at, $2) else l.updated_at end))
   where l.updated_at > $2 and not exists (select 1 from messages m where m.id = l.message_id)`,
  `update campaign_runs set state = case when approved_at > $2 then 'held' else 'running' end, reason = null, finished_at = null,
     wave_left = null, next_wave_at = $2
   where finished_at > $2 or state = 'running' or (state = 'done' and finished_at is null)`,
]

function undoConsent(): string[] {
  return [
    `with changed as (select distinct person_id from consent_log where shop_id = $1 and at > $2 and ${consentEntries}),
     past as (select distinct on (person_id) person_id, state, how, at from consent_log
       where shop_id = $1 and at <= $2 and ${consentEntries} order by person_id, at desc, id desc)
     update people p set consent = coalesce(past.state, 'unknown'), consent_at = past.at, consent_source = past.how
     from changed left join past on past.person_id = changed.person_id where p.id = changed.person_id`,
    `with changed as (select distinct person_id from consent_log where shop_id = $1 and at > $2 and purpose = 'marketing'),
     past as (select distinct on (person_id) person_id, state, at from consent_log
       where shop_id = $1 and at <= $2 and purpose = 'marketing' order by person_id, at desc, id desc)
     update people p set marketing_paused_at = case when past.state = 'paused' then past.at end
     from changed left join past on past.person_id = changed.person_id where p.id = changed.person_id`,
    `with changed as (select distinct person_id from consent_log where shop_id = $1 and at > $2 and purpose = 'meta'),
     past as (select distinct on (person_id) person_id, state from consent_log
       where shop_id = $1 and at <= $2 and purpose = 'meta' order by person_id, at desc, id desc)
     update people p set meta_stop = coalesce(past.state = 'stop', false)
     from changed left join past on past.person_id = changed.person_id where p.id = changed.person_id`,
  ]
}

/** When the real daily runs of these slots began, by the slot, both in milliseconds. */
export async function listRunStarts(
  tx: Tx,
  shopId: number,
  slots: readonly Date[],
): Promise<Map<number, number>> {
  const rows = await tx.query<{ slot: Date; startedAt: Date }>(
    `select slot, started_at from public.daily_runs where shop_id = $1 and slot = any($2::timestamptz[])`,
    [shopId, slots],
  )
  return new Map(rows.map((row) => [row.slot.getTime(), row.startedAt.getTime()]))
}
