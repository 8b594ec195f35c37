import type { Sql, Tx } from '../../platform/database.ts'

/** Runs whose next wave is due and not under way, with the products that are to be read again first. */
export function listDueWaves(
  sql: Sql,
  campaignId: number,
  now: Date,
  limit: number,
): Promise<{ runId: number; productId: number }[]> {
  return sql.query(
    `select id as run_id, product_id from campaign_runs
     where campaign_id = $1 and state = 'running' and wave_left is null and next_wave_at <= $2 and expires_at > $2
     order by next_wave_at, id limit $3`,
    [campaignId, now, limit],
  )
}

/**
 * Begins the waves: so many people for each unit that can be sold now, no limit (-1) where no quantity is kept, none where it cannot be
 * sold. What another planner has begun meanwhile is left alone.
 */
export function beginWaves(
  sql: Sql,
  runIds: readonly number[],
  wave: { perUnit: number; now: Date },
): Promise<number> {
  return sql.execute(
    `update campaign_runs r set wave_told = 0, reason = null, wave_left = case
         when not p.is_sellable then 0
         when p.stock_managed_by = 'none' or coalesce(p.stock_quantity, parent.stock_quantity) is null then -1
         else least(greatest(0, case p.stock_managed_by when 'parent' then coalesce(parent.stock_quantity, p.stock_quantity) else p.stock_quantity end)::bigint * $2,
           2000000000)::int end
     from products p left join products parent on parent.id = p.parent_id
     where r.id = any($1) and r.product_id = p.id and r.state = 'running' and r.wave_left is null and r.next_wave_at <= $3`,
    [runIds, wave.perUnit, wave.now],
  )
}

/** The shop does not answer: their waves wait. */
export async function postponeWaves(
  sql: Sql,
  runIds: readonly number[],
  until: Date,
  reason: string,
): Promise<void> {
  if (runIds.length === 0) return
  await sql.execute(
    `update campaign_runs set next_wave_at = $2, reason = $3 where id = any($1) and state = 'running' and wave_left is null`,
    [runIds, until, reason],
  )
}

/** Waves under way, locked for one planner. */
export async function claimWaves(tx: Tx, campaignId: number, limit: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select id from campaign_runs where campaign_id = $1 and state = 'running' and wave_left is not null
     order by next_wave_at, id limit $2 for update skip locked`,
    [campaignId, limit],
  )
  return rows.map((row) => row.id)
}

/** The next candidacies of these waves in their order, as far as each wave has room. */
export async function listNextOfWaves(
  tx: Tx,
  runIds: readonly number[],
  now: Date,
  limit: number,
): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select next.id from campaign_runs r cross join lateral (
       select l.id, l.rank from reengagement_log l
       where l.run_id = r.id and l.state = 'waiting' and (l.retry_at is null or l.retry_at <= $2)
       order by l.rank limit case when r.wave_left < 0 then $3 else least(r.wave_left, $3) end) next
     where r.id = any($1) and r.wave_left <> 0
     order by r.next_wave_at, r.id, next.rank limit $3`,
    [runIds, now, limit],
  )
  return rows.map((row) => row.id)
}

export async function countTold(tx: Tx, told: readonly { runId: number; people: number }[]): Promise<void> {
  if (told.length === 0) return
  await tx.execute(
    `update campaign_runs r set wave_told = r.wave_told + u.people, wave_left = case when r.wave_left < 0 then -1 else greatest(0, r.wave_left - u.people) end
     from unnest($1::bigint[], $2::int[]) u(run_id, people) where r.id = u.run_id`,
    [told.map((one) => one.runId), told.map((one) => one.people)],
  )
}

/**
 * Ends the waves in which nobody is left who could be told now. The next comes an hour after one that told somebody, else when the first
 * of those who wait can be told; a run nobody waits for is done.
 */
export function endWaves(
  tx: Tx,
  runIds: readonly number[],
  wave: { minutes: number; now: Date },
): Promise<{ runId: number; productId: number; told: number }[]> {
  return tx.query(
    `update campaign_runs r set wave_left = null, waves = r.waves + case when r.wave_told > 0 then 1 else 0 end,
       state = case when waiting.are_any then 'running' else 'done' end,
       reason = case when waiting.are_any then null else 'all_told' end,
       finished_at = case when waiting.are_any then null else $3::timestamptz end,
       next_wave_at = case when r.wave_told > 0 or waiting.are_ready or waiting.wakes_at is null
         then $3::timestamptz + make_interval(mins => $2) else waiting.wakes_at end
     from campaign_runs same cross join lateral (
         select count(*) > 0 as are_any, coalesce(bool_or(l.retry_at is null or l.retry_at <= $3), false) as are_ready, min(l.retry_at) as wakes_at
         from reengagement_log l where l.run_id = same.id and l.state = 'waiting') waiting
     where same.id = r.id and r.id = any($1)
       and (r.wave_left = 0 or not exists (
         select 1 from reengagement_log l where l.run_id = r.id and l.state = 'waiting' and (l.retry_at is null or l.retry_at <= $3)))
     returning r.id as run_id, r.product_id, r.wave_told as told`,
    [runIds, wave.minutes, wave.now],
  )
}
