import type { Sql, Tx } from '../platform/database.ts'

export interface SendingStop {
  stoppedAt: Date | null
  reason: string | null
}

export async function findSendingStop(sql: Sql, shopId: number): Promise<SendingStop> {
  const [row] = await sql.query<SendingStop>(
    `select sending_stopped_at as stopped_at, sending_stop_reason as reason from shops where id = $1`,
    [shopId],
  )
  return row ?? { stoppedAt: null, reason: null }
}

/** False when it was so already. */
export async function saveSendingStop(tx: Tx, shopId: number, stop: SendingStop): Promise<boolean> {
  const changed = await tx.execute(
    `update shops set sending_stopped_at = $2, sending_stop_reason = $3
     where id = $1 and (sending_stopped_at is null) <> ($2::timestamptz is null)`,
    [shopId, stop.stoppedAt, stop.reason],
  )
  return changed > 0
}
