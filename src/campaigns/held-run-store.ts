import type { Tx } from '../platform/database.ts'

export interface HeldRun {
  id: number
  state: string
  reason: string | null
}

export async function lockRun(tx: Tx, shopId: number, id: number): Promise<HeldRun | undefined> {
  const [run] = await tx.query<HeldRun>(
    `select id, state, reason from campaign_runs where shop_id = $1 and id = $2 for update`,
    [shopId, id],
  )
  return run
}

export async function lockHeldRuns(tx: Tx, shopId: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select id from campaign_runs where shop_id = $1 and state = 'held' order by id for update`,
    [shopId],
  )
  return rows.map((row) => row.id)
}

/** They go on at once, unless their time is over: the planner finds that. One that was held before its audience was written is new again. */
export async function releaseRuns(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.execute(
    `update campaign_runs r set reason = null, approved_at = $2, next_wave_at = greatest(next_wave_at, $2),
       state = case when exists (select 1 from reengagement_log l where l.run_id = r.id) then 'running' else 'new' end
     where id = any($1)`,
    [ids, now],
  )
}

/** Everybody who waits in the run is told nothing; their alerts stay open for the next occasion. */
export async function endRefusedRun(tx: Tx, id: number, now: Date): Promise<number> {
  await tx.execute(
    `update campaign_runs set state = 'done', reason = 'bulk_change', finished_at = $2, wave_left = null where id = $1`,
    [id, now],
  )
  return tx.execute(
    `update reengagement_log set state = 'suppressed', reason = 'bulk_change', retry_at = null, updated_at = $2,
       reason_count = case when reason = 'bulk_change' then reason_count + 1 else 1 end
     where run_id = $1 and state = 'waiting'`,
    [id, now],
  )
}
