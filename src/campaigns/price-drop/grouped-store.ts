import type { Sql } from '../../platform/database.ts'

/** How many other drops were closed in favour of this candidacy and still hold: sellable, at the price of then or less. */
export async function countGrouped(
  sql: Sql,
  winner: { candidacyId: number; personId: number },
): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(distinct l.item_key)::int as count
     from people record join reengagement_log l on l.person_id = record.id join products p on p.id = l.product_id
     where record.root_id = $2 and l.competing_id = $1 and l.reason = 'grouped' and p.is_sellable
       and p.price_minor <= l.price_minor`,
    [winner.candidacyId, winner.personId],
  )
  return row?.count ?? 0
}
