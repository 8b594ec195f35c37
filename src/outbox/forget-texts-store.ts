import type { Sql } from '../platform/database.ts'
import { forgetBatchSize, type ForgetBatch } from '../platform/forget-in-batches.ts'

/** What messages said that are over and done with; the messages stay, for the caps and the accounts. */
export async function forgetSentTexts(
  sql: Sql,
  { shopId, before }: { shopId: number; before: Date },
): Promise<ForgetBatch> {
  const forgotten = await sql.execute(
    `update messages set content = null where id in (
       select id from messages where shop_id = $1 and created_at < $2 and content is not null
         and state not in ('waiting', 'sending', 'uncertain')
       order by created_at limit ${forgetBatchSize} for update skip locked)`,
    [shopId, before],
  )
  return { forgotten, next: forgotten < forgetBatchSize ? null : 0 }
}
