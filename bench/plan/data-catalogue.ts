import { newsAt, type Size } from './size.ts'

/** A number from 0 up to but not including 1, the same for the same id and purpose on every machine; and prices by it. */
export const helpers = [
  `create schema bench`,
  `create function bench.u(id bigint, purpose int) returns float8 immutable language sql
   return (hashint8extended(id, purpose) & 4294967295) / 4294967296.0::float8`,
  `create function bench.hex(id bigint, purpose int) returns text immutable language sql
   return to_hex(hashint8extended(id, purpose))`,
  // What the product cost before today.
  `create function bench.price(product_id bigint) returns bigint immutable language sql
   return 300 + (pow(bench.u(product_id, 21), 2) * 20000)::bigint`,
]

/** For tables whose rows were given ids. */
export function goOnAfterLast(table: string): string {
  return `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`
}

export const shopRows = [
  `insert into shops (id, key, name, time_zone, currency, country, language, store_url, allowed_origins, is_sandbox, created_at, updated_at)
   values (1, 'bench', 'Bench', 'Europe/Lisbon', 'EUR', 'PT', 'pt', 'http://127.0.0.1', '{}', false, '${newsAt}', '${newsAt}')`,
  `insert into meta_apps (id, name, sealed_secret, sealed_verify_token, updated_at) values (1, 'bench', '', '', '${newsAt}')`,
  `insert into meta_wabas (id, shop_id, app_id, meta_id, updated_at) values (1, 1, 1, 'bench-waba', '${newsAt}')`,
  `insert into phone_numbers (id, shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
   values (1, 1, 1, 'bench-number', '+351000000000', 80, 'active', '${newsAt}')`,
  // On for so long that no ramp-up holds them back: everybody who may be told is told.
  `insert into campaigns (id, shop_id, kind, is_on, on_since, settings, settings_version, created_at, updated_at)
   select row_number() over (), 1, kind, false, null,
     case when kind = 'loyalty_reward' then '{"minSpentMinor": 30000}'::jsonb else '{}' end, 1, '${newsAt}', '${newsAt}'
   from unnest(array['back_in_stock', 'price_drop', 'loyalty_reward', 'new_arrivals', 'we_miss_you', 'browse_reminder']) kind`,
  ...['shops', 'meta_apps', 'meta_wabas', 'phone_numbers', 'campaigns'].map(goOnAfterLast),
]

/** Families of ten: a product with four variations, and five simple ones, of which two may be translations of each other. */
export function catalogue({ products, restocked }: Size): string[] {
  return [
    `insert into products (id, shop_id, wc_id, parent_id, parent_wc_id, kind, status, is_visible, name, sku, retailer_id, item_key,
       translation_group, permalink, category_ids, currency, price_minor, regular_price_minor, stock_managed_by, stock_quantity,
       stock_status, min_quantity, is_in_stock, is_sellable, stock_since, modified_at, first_published_at, checked_at, created_at, updated_at)
     select id, 1, 1000 + id, parent_id, 1000 + parent_id, kind, status, true, 'Product ' || id, sku, coalesce(sku, 'wc_' || (1000 + id)),
       case when is_translated then 'translation:' || family when sku is null then 'id:' || (1000 + id) else 'sku:' || sku end,
       case when is_translated then family::text end, 'http://127.0.0.1/product/' || id, array[1 + family % 200, 201 + family % 20], 'EUR',
       bench.price(id), bench.price(id), managed_by, case managed_by when 'own' then case when is_in then 1 + (bench.u(id, 23) * 100)::int else 0 end end,
       case when is_in then 'instock' else 'outofstock' end, 1, is_in, is_in and status = 'publish', null, published, published,
       '${newsAt}'::timestamptz - interval '10 minutes', published, published
     from (
       select id, family, kind, case when kind = 'variation' then id - place end as parent_id, case when bench.u(id, 24) < 0.8 then 'SKU-' || id end as sku,
         place in (5, 6) and bench.u(family, 25) < 0.1 as is_translated,
         case when bench.u(id, 26) < 0.96 then 'publish' else 'draft' end as status, bench.u(id, 27) < 0.85 as is_in,
         case when kind = 'variable' then case when bench.u(family, 28) < 0.3 then 'own' else 'none' end
              when kind = 'variation' then case when bench.u(family, 28) < 0.3 then 'parent' else 'own' end
              when bench.u(id, 29) < 0.8 then 'own' else 'none' end as managed_by,
         '${newsAt}'::timestamptz - make_interval(secs => bench.u(case when kind = 'variation' then id - place else id end, 30) * 1000 * 86400) as published
       from (
         select id, (id - 1) / 10 as family, (id - 1) % 10 as place,
           case when (id - 1) % 10 = 0 then 'variable' when (id - 1) % 10 < 5 then 'variation' else 'simple' end as kind
         from generate_series(1, ${products}) id) placed) made`,
    goOnAfterLast('products'),
    // Sold out for ten days, and back since a few minutes ago.
    `create table bench.restocked as
       select id as product_id, '${newsAt}'::timestamptz - interval '10 days' as out_since,
         date_trunc('second', '${newsAt}'::timestamptz - interval '3 minutes' - make_interval(secs => bench.u(id, 31) * 400)) as opened_at
       from products where kind <> 'variable' and stock_managed_by in ('own', 'none') order by bench.u(id, 32) limit ${restocked}`,
    `update products p set is_in_stock = true, is_sellable = true, status = 'publish', stock_status = 'instock', stock_since = r.opened_at,
       stock_quantity = case when stock_managed_by = 'own' then 1 + (bench.u(id, 33) * 150)::int end
     from bench.restocked r where r.product_id = p.id`,
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, closed_at, cause)
     select 1, id, at - interval '5 days', at, at, at + interval '9 days', 'edit'
     from (select id, '${newsAt}'::timestamptz - make_interval(secs => (20 + bench.u(id, 34) * 130) * 86400) as at from products
           where kind <> 'variable' and bench.u(id, 35) < 0.4) past order by at`,
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause)
     select 1, product_id, out_since, opened_at, opened_at, 'edit' from bench.restocked order by opened_at`,
    // On a tenth of the catalogue: half of them real drops, some too small, some dearer; within the last hour, so that nothing is held.
    `create table bench.repriced as
       select id as product_id, bench.price(id) as from_minor,
         greatest(1, (bench.price(id) * case when turn < 0.5 then 0.6 + turn * 0.55 when turn < 0.8 then 0.91 + (turn - 0.5) * 0.25 else 1.1 end)::bigint) as to_minor,
         date_trunc('second', '${newsAt}'::timestamptz - make_interval(secs => 900 + bench.u(id, 36) * 3500)) as at
       from (select id, bench.u(id, 37) as turn from products where bench.u(id, 38) < 0.1
             and not exists (select 1 from bench.restocked r where r.product_id = id)) chosen`,
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select 1, id, (bench.price(id) * 0.98)::bigint, bench.price(id), 'EUR', 'webhook', at, at
     from (select id, '${newsAt}'::timestamptz - make_interval(secs => (1 + bench.u(id * 4 + turn, 39) * 200) * 86400) as at
           from products, generate_series(0, 1) turn) past order by at`,
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select 1, product_id, from_minor, to_minor, 'EUR', 'webhook', at, at from bench.repriced order by at`,
    `update products p set price_minor = r.to_minor, sale_price_minor = case when r.to_minor < r.from_minor then r.to_minor end
     from bench.repriced r where r.product_id = p.id`,
  ]
}
