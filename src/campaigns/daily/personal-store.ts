import type { Sql, Tx } from '../../platform/database.ts'
import type { PersonalChoice } from '../personal-choice.ts'

/** The biggest line of the last order that counts. */
export async function findLastPurchase(sql: Sql, personId: number): Promise<string | null> {
  const [row] = await sql.query<{ name: string }>(
    `select line.name from orders o join order_lines line on line.order_id = o.id
     where o.person_id in (select id from people where root_id = $1) and o.counts
     order by o.placed_at desc, o.id desc, line.total_minor desc, line.id limit 1`,
    [personId],
  )
  return row?.name ?? null
}

const isForSale = `p.kind <> 'variation' and p.deleted_at is null and p.status = 'publish' and p.is_visible
  and (p.is_sellable or exists (select 1 from products v where v.parent_id = p.id and v.is_sellable))`

const isNotBought = `not exists (
  select 1 from orders o join order_lines line on line.order_id = o.id and o.counts
    join products bought on bought.shop_id = o.shop_id and bought.wc_id in (line.product_wc_id, line.variation_wc_id)
  where o.person_id in (select id from people where root_id = $2) and (bought.item_key = p.item_key or bought.parent_id = p.id))`

/** What is new in a category, the latest first. */
export async function listNewIn(
  sql: Sql,
  about: { shopId: number; personId: number; categoryId: number; since: Date; limit: number },
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select p.id from products p
     where p.shop_id = $1 and $3 = any(p.category_ids) and p.first_published_at > $4 and ${isForSale} and ${isNotBought}
     order by p.first_published_at desc, p.id limit $5`,
    [about.shopId, about.personId, about.categoryId, about.since, about.limit],
  )
  return rows.map((row) => row.id)
}

/** What this person looked at last and can buy; then the latest of the categories they bought or viewed most; then the shop's latest. */
export async function listRecommended(
  sql: Sql,
  about: { shopId: number; personId: number; limit: number },
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `with record as (select id from people where root_id = $2),
     viewed as (
       select coalesce(v.parent_id, v.id) as id, 0 as place, -extract(epoch from max(i.last_at)) as sort
       from product_interest i join products v on v.id = i.product_id where i.person_id in (select id from record)
       group by 1 order by 3 limit 50
     ),
     liked as (
       select c.category_id from category_interest c where c.person_id in (select id from record)
       group by c.category_id order by sum(c.views + c.purchases) desc, c.category_id limit 3
     ),
     latest as (
       select p.id, 1 as place, -extract(epoch from coalesce(p.first_published_at, p.created_at)) as sort from products p
       where p.shop_id = $1 and p.category_ids && array(select category_id from liked) and ${isForSale}
       order by 3, p.id limit 50
     ),
     newest as (
       select p.id, 2 as place, -extract(epoch from p.first_published_at) as sort from products p
       where p.shop_id = $1 and p.first_published_at is not null and ${isForSale}
       order by p.first_published_at desc limit 50
     ),
     either as (
       select id, min(place) as place, min(sort) as sort
       from (select * from viewed union all select * from latest union all select * from newest) e group by id
     )
     select p.id from either e join products p on p.id = e.id
     where p.shop_id = $1 and ${isForSale} and ${isNotBought}
     order by e.place, e.sort, p.id limit $3`,
    [about.shopId, about.personId, about.limit],
  )
  return rows.map((row) => row.id)
}

/** What the message names, kept with its candidacy. */
export async function saveChoice(
  tx: Tx,
  candidacyId: number,
  choice: PersonalChoice & { categoryId?: number },
): Promise<void> {
  await tx.execute(`update reengagement_log set choice = $2 where id = $1`, [
    candidacyId,
    JSON.stringify(choice),
  ])
}
