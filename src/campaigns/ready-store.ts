import type { Sql } from '../platform/database.ts'

export interface Ready {
  ids: number[]
  /** Where the next slice goes on. */
  lastPersonId: number
}

/**
 * The next candidacies that could go now and do not wait for a wave, by person, whole people at a time: those of other records of the
 * same people are among them. While the shop's daily run is under way, those it writes are left out.
 */
export async function listReady(
  sql: Sql,
  which: { shopId: number; afterPersonId: number; now: Date; limit: number; withDaily: boolean },
): Promise<Ready> {
  // Right after a plan is written the database believes that nothing waits, and would join anything with anything: each step says which
  // index it means, by a condition that no other covers.
  const rows = await sql.query<{ id: number; personId: number | null }>(
    `with next as materialized (
       select l.id, l.person_id from reengagement_log l
       where l.shop_id = $1 and l.person_id > $5 and l.state = 'waiting' and l.cycle_id is null and l.retry_at <= $2
         and (l.trigger <> 'daily' or $4)
       order by l.person_id fetch first $3 rows with ties
     ),
     other as materialized (
       select distinct record.id from (select distinct person_id from next) n join people p on p.id = n.person_id
         join people record on record.root_id = p.root_id and record.id <> p.id
     )
     select id, person_id from next
     union all
     select l.id, null from other cross join lateral (
       select * from reengagement_log l where l.person_id = other.id and l.state in ('waiting', 'reserved') offset 0) l
     where l.state = 'waiting' and l.cycle_id is null and l.retry_at <= $2 and (l.trigger <> 'daily' or $4)`,
    [which.shopId, which.now, which.limit, which.withDaily, which.afterPersonId],
  )
  const lastPersonId = rows.reduce((last, row) => Math.max(last, row.personId ?? 0), which.afterPersonId)
  return { ids: [...new Set(rows.map((row) => row.id))], lastPersonId }
}

/** Products whose price was heard a while ago and about which something is ready to go: the shop is to be asked once more. */
export async function listProductsToReread(
  sql: Sql,
  which: { shopId: number; heardBefore: Date; now: Date; limit: number },
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select distinct p.id from reengagement_log l join products p on p.id = l.product_id
     where l.shop_id = $1 and l.state = 'waiting' and l.cycle_id is null and l.retry_at <= $2 and l.price_event_id is not null
       and coalesce(p.checked_at < $3, true)
     order by p.id limit $4`,
    [which.shopId, which.now, which.heardBefore, which.limit],
  )
  return rows.map((row) => row.id)
}

/** What is about products of which the shop said nothing waits. */
export async function postponeProducts(
  sql: Sql,
  which: { shopId: number; productIds: readonly number[]; until: Date; now: Date },
): Promise<void> {
  if (which.productIds.length === 0) return
  await sql.execute(
    `update reengagement_log set retry_at = $4, reason = 'shop_unavailable', updated_at = $3,
       reason_count = case when reason = 'shop_unavailable' then reason_count + 1 else 1 end
     where shop_id = $1 and product_id = any($2) and state = 'waiting' and cycle_id is null and price_event_id is not null and retry_at <= $3`,
    [which.shopId, which.productIds, which.now, which.until],
  )
}
