import type { Sql, Tx } from '../../platform/database.ts'

export interface DailyRun {
  id: number
  shopId: number
  slot: Date
}

/** People with an id above one and up to another. */
export interface PeopleSlice {
  afterId: number
  lastId: number
}

/**
 * The run of a slot, once, with the slices of people it is to look at; those of earlier slots that were never finished end, for this one
 * looks at everybody again.
 */
export async function openDailyRun(
  tx: Tx,
  about: { shopId: number; slot: Date; now: Date; peopleAtOnce?: number },
): Promise<void> {
  const { shopId, slot, now, peopleAtOnce = 100_000 } = about
  await tx.execute(
    `with over as (
       update daily_runs set state = 'done', finished_at = $3 where shop_id = $1 and slot < $2 and state = 'running' returning id
     )
     delete from daily_slices where run_id in (select id from over)`,
    [shopId, slot, now],
  )
  await tx.execute(
    `with run as (
       insert into daily_runs (shop_id, slot, state, counts, started_at) values ($1, $2, 'running', '{}', $3)
       on conflict (shop_id, slot) do nothing returning id
     ),
     edge as (select min(id) - 1 as first, max(id) as last from people where shop_id = $1)
     insert into daily_slices (run_id, after_id, last_id)
     select run.id, after, least(after + $4::bigint, edge.last) from run, edge, generate_series(edge.first, edge.last - 1, $4::bigint) after`,
    [shopId, slot, now, peopleAtOnce],
  )
}

/** The shop's run under way, if there is one. */
export async function findDailyRun(sql: Sql, shopId: number): Promise<DailyRun | undefined> {
  const [run] = await sql.query<DailyRun>(
    `select id, shop_id, slot from daily_runs where shop_id = $1 and state = 'running' order by slot desc limit 1`,
    [shopId],
  )
  return run
}

/** Takes a slice out of those that are left; what fails puts it back. Nothing: none is left that no other planner has. */
export async function takeSlice(tx: Tx, runId: number): Promise<PeopleSlice | undefined> {
  // Chosen once, before anything is deleted: inside the join it would be chosen again for each row, and a slice lost.
  const [slice] = await tx.query<PeopleSlice>(
    `with next as materialized (
       select after_id from daily_slices where run_id = $1 order by after_id limit 1 for update skip locked
     )
     delete from daily_slices d using next where d.run_id = $1 and d.after_id = next.after_id
     returning d.after_id, d.last_id`,
    [runId],
  )
  return slice
}

export async function addProgress(
  tx: Tx,
  runId: number,
  progress: { people: number; inactive: number; considered: number },
): Promise<void> {
  await tx.execute(
    `update daily_runs set counts = jsonb_build_object(
       'people', coalesce((counts->>'people')::int, 0) + $2::int, 'inactive', coalesce((counts->>'inactive')::int, 0) + $3::int,
       'considered', coalesce((counts->>'considered')::int, 0) + $4::int)
     where id = $1`,
    [runId, progress.people, progress.inactive, progress.considered],
  )
}

/** Whether it was this call that ended the run: not while a slice is left, another planner's among them. */
export async function finishDailyRun(tx: Tx, runId: number, now: Date): Promise<boolean> {
  const ended = await tx.execute(
    `update daily_runs set state = 'done', finished_at = $2
     where id = $1 and state = 'running' and not exists (select 1 from daily_slices where run_id = $1)`,
    [runId, now],
  )
  return ended > 0
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
