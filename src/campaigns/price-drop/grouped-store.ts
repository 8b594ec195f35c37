import type { Sql } from '../../platform/database.ts'

/**
 * How many other drops were closed in favour of each of these candidacies and still hold: sellable, at the price of then or less. By
 * candidacy; those without any are left out.
 */
export async function countGrouped(
  sql: Sql,
  winners: readonly { id: number; personId: number }[],
): Promise<ReadonlyMap<number, number>> {
  if (winners.length === 0) return new Map()
  const rows = await sql.query<{ id: number; count: number }>(
    `select winner.id, count(distinct l.item_key)::int as count
     from unnest($1::bigint[], $2::bigint[]) winner(id, person_id) join people record on record.root_id = winner.person_id
       join reengagement_log l on l.person_id = record.id and l.competing_id = winner.id and l.reason = 'grouped'
       join products p on p.id = l.product_id and p.is_sellable and p.price_minor <= l.price_minor
     group by winner.id`,
    [winners.map(({ id }) => id), winners.map(({ personId }) => personId)],
  )
  return new Map(rows.map(({ id, count }) => [id, count]))
}
