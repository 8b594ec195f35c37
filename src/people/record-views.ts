import type { Tx } from '../platform/database.ts'

export interface NewView {
  shopId: number
  personId: number
  productId: number
  kind: 'view' | 'cart' | 'order' | 'wishlist'
  source: 'chat' | 'storefront' | 'server' | 'link'
  /** What makes a repeated report the same view. */
  sourceKey: string
  priceMinor: number | null
  currency: string | null
  inStock: boolean | null
  /** Of the product and all its variations: what a view of a parent counts by. */
  isWholeProductSoldOut: boolean
  at: Date
  receivedAt: Date
}

/**
 * Appends views, each once, and brings the roll-ups up to them: per person and product, and per person and category, where a variation
 * counts for its parent's. Returns how many were new.
 */
export async function recordViews(tx: Tx, views: readonly NewView[]): Promise<number> {
  if (views.length === 0) return 0
  const [row] = await tx.query<{ added: number }>(
    `with given as (
       select distinct on (shop_id, source_key) * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
         $9::bool[], $10::bool[], $11::timestamptz[], $12::timestamptz[])
         v(shop_id, person_id, product_id, kind, source, source_key, price_minor, currency, in_stock, sold_out, at, received_at)
       order by shop_id, source_key
     ),
     added as (
       insert into product_views (shop_id, person_id, product_id, kind, source, source_key, price_minor, currency, in_stock, at, received_at)
       select shop_id, person_id, product_id, kind, source, source_key, price_minor, currency, in_stock, at, received_at from given
       on conflict (shop_id, source_key) do nothing
       returning shop_id, person_id, product_id, source_key, price_minor, at
     ),
     rolled as (
       select a.shop_id, a.person_id, a.product_id, min(a.at) as first_at, max(a.at) as last_at, max(a.at) filter (where g.sold_out) as sold_out_at,
         count(*)::int as views,
         (array_agg(a.price_minor order by a.at desc) filter (where a.price_minor is not null))[1] as price_minor
       from added a join given g on g.shop_id = a.shop_id and g.source_key = a.source_key
       group by a.shop_id, a.person_id, a.product_id
     ),
     kept as (
       insert into product_interest as i (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views, last_price_minor)
       select person_id, product_id, shop_id, first_at, last_at, sold_out_at, views, price_minor from rolled order by person_id, product_id
       on conflict (person_id, product_id) do update set first_at = least(i.first_at, excluded.first_at),
         last_at = greatest(i.last_at, excluded.last_at), last_sold_out_at = greatest(i.last_sold_out_at, excluded.last_sold_out_at),
         views = i.views + excluded.views,
         last_price_minor = case when excluded.last_at >= i.last_at then coalesce(excluded.last_price_minor, i.last_price_minor)
                                 else coalesce(i.last_price_minor, excluded.last_price_minor) end
     ),
     viewed as (
       select r.person_id, c.category_id, r.shop_id, sum(r.views)::int as views
       from rolled r join products p on p.id = r.product_id left join products parent on parent.id = p.parent_id,
         lateral (select distinct unnest(coalesce(parent.category_ids, p.category_ids)) as category_id) c
       group by r.person_id, c.category_id, r.shop_id
     ),
     preferred as (
       insert into category_interest as k (person_id, category_id, shop_id, views, purchases)
       select person_id, category_id, shop_id, views, 0 from viewed order by person_id, category_id
       on conflict (person_id, category_id) do update set views = k.views + excluded.views
     )
     select count(*)::int as added from added`,
    [
      views.map((view) => view.shopId),
      views.map((view) => view.personId),
      views.map((view) => view.productId),
      views.map((view) => view.kind),
      views.map((view) => view.source),
      views.map((view) => view.sourceKey),
      views.map((view) => view.priceMinor),
      views.map((view) => view.currency),
      views.map((view) => view.inStock),
      views.map((view) => view.isWholeProductSoldOut),
      views.map((view) => view.at),
      views.map((view) => view.receivedAt),
    ],
  )
  return row?.added ?? 0
}
