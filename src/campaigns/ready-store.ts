import type { Sql, Tx } from '../platform/database.ts'

/**
 * The next candidacies that could go now and do not wait for a wave, whole people at a time: those of other records of the same people
 * are among them. While the shop's daily run is under way, those it writes are left out.
 */
export async function listReady(
  tx: Tx,
  which: { shopId: number; now: Date; limit: number; withDaily: boolean },
): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `with next as (
       select l.person_id from reengagement_log l
       where l.shop_id = $1 and l.state = 'waiting' and l.cycle_id is null and l.retry_at <= $2 and (l.trigger <> 'daily' or $4)
       order by l.retry_at, l.person_id limit $3
     ),
     whole as (
       select record.id from people record where record.root_id in (select p.root_id from next join people p on p.id = next.person_id)
     )
     select l.id from whole join reengagement_log l on l.person_id = whole.id
     where l.state = 'waiting' and l.cycle_id is null and l.retry_at <= $2 and (l.trigger <> 'daily' or $4)`,
    [which.shopId, which.now, which.limit, which.withDaily],
  )
  return rows.map((row) => row.id)
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
