import type { Sql } from '../platform/database.ts'
import { forgetBatchSize, type ForgetBatch } from '../platform/forget-in-batches.ts'

/** What people wrote; that they wrote, and when, stays. */
export async function forgetReceivedTexts(
  sql: Sql,
  { shopId, before }: { shopId: number; before: Date },
): Promise<ForgetBatch> {
  const forgotten = await sql.execute(
    `update inbound_messages set body = null, payload = '' where id in (
       select id from inbound_messages where shop_id = $1 and received_at < $2 and payload <> ''
       order by received_at limit ${forgetBatchSize} for update skip locked)`,
    [shopId, before],
  )
  return { forgotten, next: forgotten < forgetBatchSize ? null : 0 }
}
