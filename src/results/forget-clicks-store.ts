import type { Sql } from '../platform/database.ts'
import { deleteChunkSql, toBatch, type ChunkRow, type ForgetBatch } from '../platform/forget-in-batches.ts'

const clickSql = deleteChunkSql({
  table: 'clicks',
  ofShop: 't.shop_id = $1',
  writtenAt: 'at',
  // An order's credit is worked out anew when it is refunded, however late.
  isGone: `t.at < $3 and not exists (select 1 from attribution_ledger a where a.message_id = t.message_id)`,
})

/** Clicks, but for those on messages that have earned something. */
export async function forgetClicks(
  sql: Sql,
  { shopId, before, after }: { shopId: number; before: Date; after: number },
): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(clickSql, [shopId, after, before])
  return toBatch(row)
}
