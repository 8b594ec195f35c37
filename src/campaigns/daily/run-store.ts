import type { Sql, Tx } from '../../platform/database.ts'

export interface DailyRun {
  id: number
  shopId: number
  slot: Date
  /** The last person who was considered. */
  cursor: number
}

/** The run of a slot, once; those of earlier slots that were never finished end, for this one looks at everybody again. */
export async function openDailyRun(tx: Tx, shopId: number, slot: Date, now: Date): Promise<void> {
  await tx.execute(
    `update daily_runs set state = 'done', finished_at = $3 where shop_id = $1 and slot < $2 and state = 'running'`,
    [shopId, slot, now],
  )
  await tx.execute(
    `insert into daily_runs (shop_id, slot, state, cursor, counts, started_at) values ($1, $2, 'running', 0, '{}', $3)
     on conflict (shop_id, slot) do nothing`,
    [shopId, slot, now],
  )
}

/** The shop's run under way, locked; nothing when there is none or another planner has it. */
export async function claimDailyRun(tx: Tx, shopId: number): Promise<DailyRun | undefined> {
  const [run] = await tx.query<DailyRun>(
    `select id, shop_id, slot, cursor from daily_runs where shop_id = $1 and state = 'running' order by slot desc limit 1
     for update skip locked`,
    [shopId],
  )
  return run
}

export async function saveProgress(
  tx: Tx,
  runId: number,
  progress: { cursor: number; people: number; inactive: number; considered: number },
): Promise<void> {
  await tx.execute(
    `update daily_runs set cursor = $2, counts = jsonb_build_object(
       'people', coalesce((counts->>'people')::int, 0) + $3::int, 'inactive', coalesce((counts->>'inactive')::int, 0) + $4::int,
       'considered', coalesce((counts->>'considered')::int, 0) + $5::int)
     where id = $1`,
    [runId, progress.cursor, progress.people, progress.inactive, progress.considered],
  )
}

export async function finishDailyRun(tx: Tx, runId: number, now: Date): Promise<void> {
  await tx.execute(`update daily_runs set state = 'done', finished_at = $2 where id = $1`, [runId, now])
}

/**
 * A campaign's first days reach few: of its candidacies that could go before the next run, all but the first so many, those longest away
 * first, wait for the next run, or end where they cannot wait so long. Returns how many.
 */
export function holdBack(
  tx: Tx,
  campaignId: number,
  ramp: { shareBps: number; perDay: number; nextSlot: Date; now: Date },
): Promise<number> {
  return tx.execute(
    `with due as (
       select id, row_number() over (order by rank, person_id) as place, count(*) over () as audience
       from reengagement_log where campaign_id = $1 and state = 'waiting' and retry_at < $4
     )
     update reengagement_log l set state = case when $4 < l.expires_at then 'waiting' else 'suppressed' end, reason = 'ramp_up',
       reason_count = case when l.reason = 'ramp_up' then l.reason_count + 1 else 1 end,
       retry_at = case when $4 < l.expires_at then $4::timestamptz end, updated_at = $5
     from due where l.id = due.id and due.place > least($3::bigint, greatest(1, ceil(due.audience * $2::int / 10000.0)))`,
    [campaignId, ramp.shareBps, ramp.perDay, ramp.nextSlot, ramp.now],
  )
}

/** Is a daily run of this shop under way? Its candidacies are not decided before everybody is considered. */
export async function isDailyRunning(sql: Sql, shopId: number): Promise<boolean> {
  const rows = await sql.query(
    `select 1 as one from daily_runs where shop_id = $1 and state = 'running' limit 1`,
    [shopId],
  )
  return rows.length > 0
}
