import { groupBy } from '../../outbox/group-by.ts'
import type { Sql, Tx } from '../../platform/database.ts'

/** The biggest line of each person's last order that counts. */
export async function listLastPurchases(
  sql: Sql,
  personIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await sql.query<{ personId: number; name: string }>(
    `select who.person_id, bought.name from unnest($1::bigint[]) who(person_id) cross join lateral (
       select line.name from people record join orders o on o.person_id = record.id and o.counts
         join order_lines line on line.order_id = o.id
       where record.root_id = who.person_id
       order by o.placed_at desc, o.id desc, line.total_minor desc, line.id limit 1) bought`,
    [[...new Set(personIds)]],
  )
  return new Map(rows.map(({ personId, name }) => [personId, name]))
}

/** Somebody (a root) for whom products are wanted; `id` names the wish. */
export interface ProductWish {
  id: number
  personId: number
}

const isForSale = `p.kind <> 'variation' and p.deleted_at is null and p.status = 'publish' and p.is_visible
  and (p.is_sellable or exists (select 1 from products v where v.parent_id = p.id and v.is_sellable))`

// Gathered once for each person: asked for each product anew, it would be most of the work.
const boughtSql = `lateral (
    select coalesce(array_agg(bought.item_key), '{}') as items, coalesce(array_agg(bought.parent_id), '{}') as parents
    from people record join orders o on o.person_id = record.id and o.counts join order_lines line on line.order_id = o.id
      join products bought on bought.shop_id = o.shop_id and bought.wc_id = any(array[line.product_wc_id, line.variation_wc_id])
    where record.root_id = who.person_id) bought`

const isNotBought = `p.item_key <> all(bought.items) and array_position(bought.parents, p.id) is null`

/** What is new in each one's category, the latest first. */
export async function listNewIn(
  sql: Sql,
  wishes: readonly (ProductWish & { categoryId: number })[],
  which: { shopId: number; since: Date; limit: number },
): Promise<Map<number, number[]>> {
  if (wishes.length === 0) return new Map()
  const rows = await sql.query<{ id: number; productId: number }>(
    `with fresh as materialized (
       select c.id as category_id, array_agg(p.id order by p.first_published_at desc, p.id) as ids,
         array_agg(p.item_key order by p.first_published_at desc, p.id) as item_keys
       from products p cross join lateral (select distinct unnest(p.category_ids) as id) c
       where p.shop_id = $1 and p.first_published_at > $2 and c.id = any($5) and ${isForSale} group by c.id
     )
     select who.id, p.id as product_id
     from unnest($3::bigint[], $4::bigint[], $5::bigint[]) with ordinality who(id, person_id, category_id, at)
       join fresh on fresh.category_id = who.category_id cross join ${boughtSql}
       cross join lateral (select p.id, p.place from unnest(fresh.ids, fresh.item_keys) with ordinality p(id, item_key, place)
                           where ${isNotBought} order by p.place limit $6) p
     order by who.at, p.place`,
    [
      which.shopId,
      which.since,
      wishes.map(({ id }) => id),
      wishes.map(({ personId }) => personId),
      wishes.map(({ categoryId }) => categoryId),
      which.limit,
    ],
  )
  return productsOf(rows)
}

/** What each person looked at last and can buy. */
export async function listViewed(
  sql: Sql,
  wishes: readonly ProductWish[],
  which: { shopId: number; limit: number },
): Promise<Map<number, number[]>> {
  if (wishes.length === 0) return new Map()
  const rows = await sql.query<{ id: number; productId: number }>(
    `select who.id, p.id as product_id
     from unnest($2::bigint[], $3::bigint[]) with ordinality who(id, person_id, at) cross join ${boughtSql} cross join lateral (
       select p.id, viewed.at from (
         select coalesce(v.parent_id, v.id) as id, max(i.last_at) as at
         from people record join product_interest i on i.person_id = record.id join products v on v.id = i.product_id
         where record.root_id = who.person_id group by 1 order by 2 desc limit 50) viewed
       join products p on p.id = viewed.id and p.shop_id = $1 and ${isForSale} where ${isNotBought}
       order by viewed.at desc, p.id limit $4) p
     order by who.at, p.at desc, p.id`,
    [which.shopId, wishes.map(({ id }) => id), wishes.map(({ personId }) => personId), which.limit],
  )
  return productsOf(rows)
}

/** The latest of the categories that each person bought or viewed most; then the shop's latest. */
export async function listLatest(
  sql: Sql,
  wishes: readonly ProductWish[],
  which: { shopId: number; limit: number },
): Promise<Map<number, number[]>> {
  if (wishes.length === 0) return new Map()
  const rows = await sql.query<{ id: number; productId: number }>(
    `with who as materialized (
       select who.id, who.person_id, who.at, array(
         select c.category_id from people record join category_interest c on c.person_id = record.id where record.root_id = who.person_id
         group by c.category_id order by sum(c.views + c.purchases) desc, c.category_id limit 3) as liked
       from unnest($2::bigint[], $3::bigint[]) with ordinality who(id, person_id, at)
     ),
     for_sale as materialized (
       select p.id, p.item_key, p.category_ids, p.first_published_at, coalesce(p.first_published_at, p.created_at) as since
       from products p where p.shop_id = $1 and ${isForSale}
     ),
     -- The latest 50 of each category hold the latest 50 of any few of them.
     latest as materialized (
       select l.* from (
         select p.id, p.item_key, p.since, c.id as category_id, row_number() over (partition by c.id order by p.since desc, p.id) as nth
         from for_sale p join (select distinct unnest(liked) as id from who) c on c.id = any(p.category_ids)) l
       where l.nth <= 50
     ),
     newest as materialized (
       select p.id, p.item_key, p.since from for_sale p where p.first_published_at is not null
       order by p.first_published_at desc, p.id limit 50
     )
     select who.id, p.id as product_id from who cross join ${boughtSql} cross join lateral (
       select p.id, min(p.place) as place, max(p.since) as since from (
         (select distinct on (l.since, l.id) l.id, l.item_key, 1 as place, l.since from latest l
          where l.category_id = any(who.liked) order by l.since desc, l.id limit 50)
         union all select n.id, n.item_key, 2, n.since from newest n
       ) p where ${isNotBought} group by p.id order by 2, 3 desc, 1 limit $4
     ) p order by who.at, p.place, p.since desc, p.id`,
    [which.shopId, wishes.map(({ id }) => id), wishes.map(({ personId }) => personId), which.limit],
  )
  return productsOf(rows)
}

function productsOf(rows: readonly { id: number; productId: number }[]): Map<number, number[]> {
  const groups = groupBy(rows, ({ id }) => id)
  return new Map([...groups].map(([id, own]) => [id, own.map(({ productId }) => productId)]))
}

/** What messages name, kept with their candidacies. */
export async function saveChoices(
  tx: Tx,
  candidacies: readonly { id: number; choice: unknown }[],
): Promise<void> {
  await tx.execute(
    `update reengagement_log l set choice = u.choice::jsonb from unnest($1::bigint[], $2::text[]) u(id, choice) where l.id = u.id`,
    [candidacies.map(({ id }) => id), candidacies.map(({ choice }) => JSON.stringify(choice))],
  )
}
