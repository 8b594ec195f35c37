import type { Sql } from '../../platform/database.ts'

/** When the hub has something to do next, by its own rows: so that the demo's clock can jump there. */
export async function findNextDue(sql: Sql, now: Date): Promise<Date | undefined> {
  const [row] = await sql.query<{ at: Date | null }>(
    `select least(
       (select min(due_at) from messages where state = 'waiting' and due_at > $1),
       (select min(retry_at) from reengagement_log where state = 'waiting' and retry_at > $1),
       (select min(next_wave_at) from campaign_runs where state in ('new', 'running') and next_wave_at > $1)
     ) as at`,
    [now],
  )
  return row?.at ?? undefined
}
