import { goOnAfterLast } from './data-catalogue.ts'
import { newsAt, type Size } from './size.ts'

/**
 * Up to six messages a person, at least eight days apart, so that no cap was ever broken; the candidacies of half of them; and as many
 * again that were suppressed. The messages of merged records take turns.
 */
export function messages({ people, products }: Size): string[] {
  return [
    `insert into messages (id, shop_id, person_id, phone_number_id, purpose, lane, state, content, callback_id, attempt, due_at, counted_at,
       created_at, started_at, accepted_at, wamid, sent_to, template_name, template_language, sent_at, delivered_at)
     select n, 1, person_id, 1, purpose, case purpose when 'alert' then 1 else 2 end, state,
       '{"kind": "template", "name": "back_in_stock", "languages": ["pt_BR"], "parameters": {"first_name": "Ana"}}'::jsonb, bench.hex(n, 60) || bench.hex(n, 61),
       1, at, case when state <> 'failed' then at end, at, at, at, 'wamid.' || bench.hex(n, 62), '351900000000', 'back_in_stock', 'pt_BR', at,
       case when state in ('delivered', 'read') then at end
     from (
       select row_number() over (order by at) as n, *,
         case when bench.u(root_id * 8 + turn, 63) < 0.08 then 'alert' else 'campaign' end as purpose,
         case when bench.u(root_id * 8 + turn, 64) < 0.55 then 'read' when bench.u(root_id * 8 + turn, 64) < 0.9 then 'delivered'
           when bench.u(root_id * 8 + turn, 64) < 0.95 then 'sent' else 'failed' end as state
       from (
         select root_id, turn, case when root_id % 50 = 49 and turn % 2 = 1 and root_id < ${people} then root_id + 1 else root_id end as person_id,
           '${newsAt}'::timestamptz - make_interval(secs => (0.5 + bench.u(root_id, 65) * 30 + turn * 9 + bench.u(root_id * 8 + turn, 66) * 0.9) * 86400) as at
         from generate_series(1, ${people}) root_id, lateral generate_series(0, floor(bench.u(root_id, 67) * 7)::int - 1) turn
         where root_id % 50 <> 0) dated) numbered`,
    goOnAfterLast('messages'),
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, content, callback_id, attempt, due_at, created_at,
       started_at, accepted_at, wamid)
     select 1, person_id, 1, 'reply', 0, 'delivered', '{"kind": "text", "body": "olá"}', 'reply-' || id, 1, at, at, at, at, 'wamid.reply.' || id
     from inbound_messages where bench.u(id, 68) < 0.5`,
    `insert into contact_budgets (person_id, shop_id)
     select distinct case when person_id % 50 = 0 then person_id - 1 else person_id end, 1 from messages order by 1`,
    `insert into reengagement_log (id, shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
       settings_version, reference_minor, price_minor, drop_bps, reservations, state, reason, reason_count, message_id, expires_at, considered_at, updated_at)
     select n, 1, campaign_id, person_id, p.id, coalesce(p.item_key, ''),
       case campaign_id when 1 then 'cycle:' || -n when 2 then 'price:' || -n else 'episode:' || (at - interval '60 days')::date || ':0' end,
       case when campaign_id < 3 then 'viewed' else 'daily' end, (array[4, 5, 6, 8, 10])[campaign_id], n, at, 1,
       case when campaign_id = 2 then bench.price(p.id) end, case when campaign_id = 2 then bench.price(p.id) end, case when campaign_id = 2 then 1500 end,
       case when message_id is null then 0 else 1 end, case when message_id is null then 'suppressed' else state end,
       case when message_id is null then 'cap_7d' end, case when message_id is null then 1 else 0 end, message_id, at + interval '3 days', at, at
     from (
       select row_number() over (order by m.counted_at, m.id, turn) as n, m.person_id, m.counted_at + make_interval(secs => turn) as at,
         case when turn = 0 then m.id end as message_id, 'delivered' as state,
         case when turn = 1 then 2 when bench.u(m.id, 80) < 0.35 then 1 when bench.u(m.id, 80) < 0.65 then 2 when bench.u(m.id, 80) < 0.68 then 3
           when bench.u(m.id, 80) < 0.83 then 4 else 5 end as campaign_id,
         1 + (floor(${products} * pow(bench.u(m.id * 2 + turn, 81), 2))::bigint * 7919) % ${products} as product_id
       from messages m, generate_series(0, 1) turn
       where m.purpose = 'campaign' and m.counted_at is not null and bench.u(m.id, 82 + turn) < case turn when 0 then 0.5 else 0.3 end) past
       left join products p on p.id = past.product_id and past.campaign_id < 3`,
    goOnAfterLast('reengagement_log'),
    `insert into message_candidacies (message_id, candidacy_id) select message_id, id from reengagement_log where message_id is not null`,
  ]
}

/** Yesterday's news that some could not be told for a passing reason: what the daily run takes up again. */
export const heldUp = [
  `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause)
   select 1, id, at - interval '5 days', at, at, 'edit' from (
     select p.id, '${newsAt}'::timestamptz - interval '15 hours' as at from products p
     where kind = 'simple' and is_sellable and not exists (select 1 from bench.restocked r where r.product_id = p.id)
       and not exists (select 1 from stock_cycles y where y.product_id = p.id) order by bench.u(p.id, 90) limit (select greatest(2, count(*) / 10) from bench.restocked)) chosen`,
  `insert into campaign_runs (shop_id, campaign_id, cycle_id, product_id, state, reason, next_wave_at, expires_at, waves, wave_told,
     settings_version, created_at, finished_at)
   select 1, 1, y.id, y.product_id, 'done', 'all_told', y.opened_at, y.opened_at + interval '72 hours', 1, 0, 1, y.opened_at, y.opened_at
   from stock_cycles y where y.closed_at is null and not exists (select 1 from bench.restocked r where r.product_id = y.product_id)`,
  `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, cycle_id, trigger, value, rank, interest_at,
     settings_version, state, reason, reason_count, expires_at, considered_at, updated_at)
   select 1, 1, p.root_id, r.product_id, product.item_key, 'cycle:' || r.cycle_id, r.id, r.cycle_id, 'viewed', 4, row_number() over (), max(i.last_at), 1,
     'suppressed', 'cap_7d', 1, r.expires_at, r.created_at, r.created_at
   from campaign_runs r join products product on product.id = r.product_id
     join product_interest i on i.product_id = r.product_id and i.last_at between r.created_at - interval '60 days' and r.created_at
     join people p on p.id = i.person_id join people root on root.id = p.root_id
   where root.consent = 'opted_in' group by p.root_id, r.id, product.item_key`,
]
