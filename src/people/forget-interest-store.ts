import type { Sql } from '../platform/database.ts'
import { deleteChunkSql, toBatch, type ChunkRow, type ForgetBatch } from '../platform/forget-in-batches.ts'

export interface ForgetOfShop {
  shopId: number
  /** What is older goes. */
  before: Date
  /** The id to begin after. */
  after: number
}

const viewSql = deleteChunkSql({
  table: 'product_views',
  ofShop: 't.shop_id = $1',
  writtenAt: 'received_at',
  isGone: 't.at < $3',
})

/** Views as events; their roll-ups stay. */
export async function forgetViews(sql: Sql, { shopId, before, after }: ForgetOfShop): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(viewSql, [shopId, after, before])
  return toBatch(row)
}

const alertSql = deleteChunkSql({
  table: 'alerts',
  ofShop: 't.shop_id = $1',
  writtenAt: 'asked_at',
  isGone: 't.ended_at < $3',
})

/** Alerts that have ended; what was asked for stays in the consent log. */
export async function forgetAlerts(sql: Sql, { shopId, before, after }: ForgetOfShop): Promise<ForgetBatch> {
  const [row] = await sql.query<ChunkRow>(alertSql, [shopId, after, before])
  return toBatch(row)
}
