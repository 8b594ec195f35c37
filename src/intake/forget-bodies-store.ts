import type { Sql } from '../platform/database.ts'
import {
  deleteChunkSql,
  forgetBatchSize,
  toBatch,
  type ChunkRow,
  type ForgetBatch,
} from '../platform/forget-in-batches.ts'

/** `shopId` null: what belongs to no shop, or (a delivery of Meta's) perhaps to several. */
export interface ForgetBodies {
  shopId: number | null
  before: Date
  after: number
}

const deliverySql = deleteChunkSql({
  table: 'inbox_deliveries',
  ofShop: 't.shop_id is not distinct from $1',
  writtenAt: 'received_at',
  isGone: `t.received_at < $3 and t.state = 'split'
    and not exists (select 1 from inbox_events e where e.delivery_id = t.id and e.state not in ('done', 'ignored'))`,
})

/** Deliveries that were cut and whose every event is finished. A dead letter keeps its delivery until somebody has seen to it. */
export async function forgetDeliveries(
  sql: Sql,
  { shopId, before, after }: ForgetBodies,
): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(deliverySql, [shopId, after, before])
  return toBatch(row)
}

/** What finished events carried. The events stay, with the keys by which a late copy is known. */
export async function forgetPayloads(
  sql: Sql,
  { shopId, before }: Omit<ForgetBodies, 'after'>,
): Promise<ForgetBatch> {
  const forgotten = await sql.execute(
    `update inbox_events set payload = '' where id in (
       select id from inbox_events
       where shop_id is not distinct from $1 and received_at < $2 and payload <> '' and state in ('done', 'ignored')
       order by received_at limit ${forgetBatchSize} for update skip locked)`,
    [shopId, before],
  )
  return { forgotten, next: forgotten < forgetBatchSize ? null : 0 }
}
