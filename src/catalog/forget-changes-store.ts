import type { Sql } from '../platform/database.ts'
import { deleteChunkSql, toBatch, type ChunkRow, type ForgetBatch } from '../platform/forget-in-batches.ts'

/** Events of stock or price, but for each product's last one before the window: what held when the window opened stays known. */
export async function forgetChanges(
  sql: Sql,
  table: 'stock_events' | 'price_events',
  { shopId, before, after }: { shopId: number; before: Date; after: number },
): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(
    deleteChunkSql({
      table,
      ofShop: 't.shop_id = $1',
      writtenAt: 'seen_at',
      isGone: `t.at < $3 and exists (select 1 from ${table} later
        where later.product_id = t.product_id and later.at < $3 and (later.at, later.id) > (t.at, t.id))`,
    }),
    [shopId, after, before],
  )
  return toBatch(row)
}
