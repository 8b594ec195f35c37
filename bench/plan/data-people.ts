import { goOnAfterLast } from './data-catalogue.ts'
import { newsAt, type Size } from './size.ts'

const ago = (days: string): string => `'${newsAt}'::timestamptz - make_interval(secs => (${days}) * 86400)`

/** Every fiftieth record was merged into the one before it. */
export function people({ people: count }: Size): string[] {
  return [
    `insert into people (id, shop_id, public_id, root_id, merged_into, first_name, country, send_regions, consent, consent_at, consent_source,
       meta_stop, marketing_paused_at, last_inbound_at, created_at, updated_at)
     select id, 1, bench.hex(id, 1) || '-' || id, root_id, nullif(root_id, id), 'Person ' || id, country,
       case country when 'PT' then array['PT|Atlantic/Azores', 'PT|Atlantic/Madeira', 'PT|Europe/Lisbon'] when 'ES' then array['ES|Europe/Madrid']
         when 'DE' then array['DE|Europe/Berlin'] when 'FR' then array['FR|Europe/Paris'] when 'GB' then array['GB|Europe/London']
         when 'IT' then array['IT|Europe/Rome'] when 'BR' then array['BR|America/Sao_Paulo'] when 'IN' then array['IN|Asia/Kolkata']
         else array['US|America/New_York'] end,
       case when bench.u(root_id, 3) < 0.8 then 'opted_in' when bench.u(root_id, 3) < 0.9 then 'unknown'
         when bench.u(root_id, 3) < 0.96 then 'pending' else 'opted_out' end,
       ${ago('bench.u(root_id, 4) * 700')}, 'keyword', bench.u(root_id, 5) < 0.01, case when bench.u(root_id, 6) < 0.003 then '${newsAt}'::timestamptz end,
       case when bench.u(id, 7) < 0.1 then ${ago('bench.u(id, 8) * 14')} when bench.u(id, 7) < 0.4 then ${ago('14 + bench.u(id, 8) * 300')} end,
       ${ago('1 + bench.u(root_id, 9) * 729')}, '${newsAt}'
     from (
       select id, root_id, (array['PT', 'PT', 'PT', 'PT', 'PT', 'PT', 'ES', 'ES', 'ES', 'DE', 'DE', 'DE', 'FR', 'FR', 'GB', 'GB', 'IT', 'BR', 'IN', 'US'])[
         1 + floor(bench.u(root_id, 2) * 20)::int] as country
       from (select id, case when id % 50 = 0 then id - 1 else id end as root_id from generate_series(1, ${count}) id) numbered) placed`,
    goOnAfterLast('people'),
    `insert into inbound_messages (shop_id, person_id, phone_number_id, wamid, type, body, payload, at, received_at)
     select 1, id, 1, 'wamid.in.' || id, 'text', 'olá', '{}', last_inbound_at, last_inbound_at from people
     where last_inbound_at > ${ago('14')} order by last_inbound_at`,
  ]
}

/** Orders of four people in ten over 400 days, and the roll-ups over them. */
export function orders({ people: count, products }: Size): string[] {
  return [
    `insert into orders (id, shop_id, wc_id, number, status, counts, person_id, matched_by, currency, total_minor, items_minor, placed_at,
       paid_at, modified_at, created_at, updated_at)
     select n, 1, n, n::text, case when counts then 'completed' else 'cancelled' end, counts, person_id, 'phone', 'EUR', minor, minor, at,
       case when counts then at end, at, at, at
     from (
       select row_number() over (order by at) as n, *
       from (
         select person_id, ${ago('bench.u(person_id * 16 + turn, 12) * 400')} as at, bench.u(person_id * 16 + turn, 13) < 0.94 as counts,
           1500 + (bench.u(person_id * 16 + turn, 14) * 15000)::bigint as minor
         from generate_series(1, ${count}) person_id,
           lateral generate_series(0, floor(pow(bench.u(person_id, 11), 4) * 9)::int) turn
         where bench.u(person_id, 10) < 0.4) dated) numbered`,
    goOnAfterLast('orders'),
    `insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, variation_wc_id, name, quantity, total_minor)
     select 1, line.order_id, line.turn, coalesce(p.parent_wc_id, p.wc_id), case when p.kind = 'variation' then p.wc_id end, p.name, 1, line.minor
     from (select o.id as order_id, turn, o.items_minor as minor,
             1 + (floor(${products} * pow(bench.u(o.id * 4 + turn, 15), 2))::bigint * 7919) % ${products} as product_id
           from orders o, lateral generate_series(0, floor(bench.u(o.id, 16) * 2)::int) turn) line
       join products p on p.id = line.product_id`,
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     select person_id, 1, count(*), min(placed_at), max(placed_at), sum(items_minor), '${newsAt}' from orders where counts group by person_id`,
    `insert into category_interest (person_id, category_id, shop_id, views, purchases)
     select person_id, 1 + (floor(200 * bench.u(person_id, 17))::int + turn * 67) % 200, 1, 1 + floor(bench.u(person_id * 2 + turn, 18) * 6)::int,
       case when bench.u(person_id, 10) < 0.4 then floor(bench.u(person_id * 2 + turn, 19) * 2)::int else 0 end
     from generate_series(1, ${count}) person_id, generate_series(0, 1) turn where bench.u(person_id, 20) < 0.7`,
  ]
}

/** What people asked to be told. */
export function alerts({ people: count, products }: Size): string[] {
  const asked = (kind: string, threshold: string, from: string): string =>
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at)
     select 1, person_id, product_id, '${kind}', false, ${threshold}, 'chat', at, at + interval '90 days'
     from (select product_id, ${ago('0.1 + bench.u(product_id * 16 + turn, 71) * 80')} as at,
             1 + floor(${count} * bench.u(product_id * 16 + turn, 70))::bigint as person_id
           from ${from}) asked on conflict do nothing`
  return [
    asked('back_in_stock', 'null::bigint', 'bench.restocked, generate_series(1, 10) turn'),
    asked(
      'back_in_stock',
      'null::bigint',
      `(select id as product_id from products where bench.u(id, 72) < 0.3 and not is_in_stock) p, generate_series(1, 3) turn`,
    ),
    asked(
      'price_below',
      '(bench.price(product_id) * 0.8)::bigint',
      'bench.repriced, generate_series(1, 2) turn',
    ),
    asked(
      'price_below',
      '(bench.price(product_id) * 0.5)::bigint',
      `(select 1 + floor(${products} * bench.u(i, 73))::bigint as product_id from generate_series(1, ${Math.ceil(products / 4)}) i) p, generate_series(3, 3) turn`,
    ),
  ]
}
