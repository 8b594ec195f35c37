import type { Sql } from '../platform/database.ts'

/**
 * For how many milliseconds the oldest delivery that is not cut, or the oldest due status, has been waiting; 0: none does. Events that wait
 * behind a failed one of their lane say nothing about how busy the inbox is, and statuses have no lane.
 */
export async function readInboxLag(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql.query<{ since: Date | null }>(
    `select least(
       (select received_at from inbox_deliveries where state = 'received' order by id limit 1),
       (select due_at from inbox_events where state in ('waiting', 'retry') and kind = 'status' and due_at <= $1
        order by due_at, id limit 1)) as since`,
    [now],
  )
  const since = row?.since?.getTime()
  return since === undefined ? 0 : Math.max(0, now.getTime() - since)
}
