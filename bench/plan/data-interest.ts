import { goOnAfterLast } from './data-catalogue.ts'
import { newsAt, type Size } from './size.ts'

// A third of a hash of 64 bits, as a number from 0 up to but not including 1.
const third = (shift: number): string => `((chance >> ${shift}) & 2097151) / 2097152.0::float8`

/** Views over 150 days in the order in which they came: few products have most of them, and few people make most of them. */
export function views({ views: count, people, products }: Size): string[] {
  return [
    `insert into product_views (id, shop_id, person_id, product_id, kind, source, source_key, price_minor, currency, in_stock, at, received_at)
     select i, 1, person_id, v.product_id, 'view', 'storefront', to_hex(chance) || i, bench.price(v.product_id), 'EUR',
       not (at > r.out_since is true or ${third(42)} < 0.07), at, at
     from (
       select i, chance, 1 + (floor(${people} * pow(${third(0)}, 1.5))::bigint * 611953) % ${people} as person_id,
         1 + (floor(${products} * pow(${third(21)}, 2))::bigint * 7919) % ${products} as product_id,
         '${newsAt}'::timestamptz - interval '10 minutes' - (1 - i / ${count}::float8) * interval '150 days' as at
       from (select i, hashint8extended(i, 51) as chance from generate_series(1, ${count}) i offset 0) hashed offset 0) v
       left join bench.restocked r on r.product_id = v.product_id`,
    goOnAfterLast('product_views'),
  ]
}

/** The roll-up that the people room keeps with every view. */
export const interest = [
  `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views, last_price_minor)
   select person_id, product_id, 1, min(at), max(at), max(at) filter (where not in_stock), count(*), min(price_minor)
   from product_views group by person_id, product_id`,
]
