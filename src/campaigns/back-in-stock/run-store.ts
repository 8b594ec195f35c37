import type { Sql, Tx } from '../../platform/database.ts'

/** One campaign working through one stock cycle. */
export interface Run {
  id: number
  shopId: number
  campaignId: number
  cycleId: number
  productId: number
  state: 'new' | 'running' | 'done'
  nextWaveAt: Date
  expiresAt: Date
  waves: number
  /** The wave under way: how far down the ranks it has come, how many it has told, when the first it passed over can be told. */
  waveRank: number
  waveTold: number
  waveWakesAt: Date | null
}

export interface Cycle {
  id: number
  productId: number
  outSince: Date | null
  openedAt: Date
  closedAt: Date | null
}

const columns =
  'id, shop_id, campaign_id, cycle_id, product_id, state, next_wave_at, expires_at, waves, wave_rank, wave_told, wave_wakes_at'

/**
 * Starts a run for each open cycle that has none: of campaigns that were on when the cycle opened, and while its news is fresh.
 * Found by state, so a cycle whose webhook came during an outage is picked up as well.
 */
export function openRuns(sql: Sql, now: Date): Promise<number> {
  return sql.execute(
    `insert into campaign_runs (shop_id, campaign_id, cycle_id, product_id, state, next_wave_at, expires_at, waves, wave_rank, wave_told,
       settings_version, created_at)
     select y.shop_id, c.id, y.id, y.product_id, 'new',
       y.opened_at + make_interval(mins => coalesce((c.settings->>'settleMinutes')::int, 2)),
       y.opened_at + make_interval(hours => coalesce((c.settings->>'endsHours')::int, 72)), 0, 0, 0,
       c.settings_version, $1
     from stock_cycles y join campaigns c on c.shop_id = y.shop_id and c.kind = 'back_in_stock' and c.is_on
     where y.closed_at is null and y.opened_at >= c.on_since
       and y.opened_at + make_interval(hours => coalesce((c.settings->>'endsHours')::int, 72)) > $1
       and not exists (select 1 from campaign_runs r where r.campaign_id = c.id and r.cycle_id = y.id)
     on conflict (campaign_id, cycle_id) do nothing`,
    [now],
  )
}

/** Runs with something to do: a wave that is due, or a cycle that has ended. */
export function listDueRuns(sql: Sql, now: Date, limit: number): Promise<Run[]> {
  return sql.query<Run>(
    `select ${columns} from campaign_runs r
     where state <> 'done' and (next_wave_at <= $1
       or exists (select 1 from stock_cycles y where y.id = r.cycle_id and y.closed_at is not null))
     order by next_wave_at, id limit $2`,
    [now, limit],
  )
}

/** The run, locked and still unfinished; nothing when another planner has it. */
export async function claimRun(tx: Tx, runId: number): Promise<Run | undefined> {
  const [run] = await tx.query<Run>(
    `select ${columns} from campaign_runs where id = $1 and state <> 'done' for update skip locked`,
    [runId],
  )
  return run
}

/** The cycle of a run, held so that it cannot be closed while a wave is decided on it. */
export async function loadCycle(tx: Tx, cycleId: number): Promise<Cycle> {
  const [cycle] = await tx.query<Cycle>(
    `select id, product_id, out_since, opened_at, closed_at from stock_cycles where id = $1 for share`,
    [cycleId],
  )
  if (cycle === undefined) throw new Error(`There is no stock cycle with the id ${cycleId}.`)
  return cycle
}

/** The audience is written; waves can begin. */
export async function startRun(tx: Tx, runId: number): Promise<void> {
  await tx.execute(`update campaign_runs set state = 'running' where id = $1`, [runId])
}

export async function saveWaveProgress(
  tx: Tx,
  runId: number,
  wave: { rank: number; told: number; wakesAt: Date | null },
): Promise<void> {
  await tx.execute(
    `update campaign_runs set wave_rank = $2, wave_told = $3, wave_wakes_at = $4 where id = $1`,
    [runId, wave.rank, wave.told, wave.wakesAt],
  )
}

/** The wave is over; the next begins again at the first rank that still waits. */
export async function endWave(
  tx: Tx,
  runId: number,
  wave: { told: number; nextWaveAt: Date },
): Promise<void> {
  await tx.execute(
    `update campaign_runs set next_wave_at = $2, waves = waves + case when $3 > 0 then 1 else 0 end,
       wave_rank = 0, wave_told = 0, wave_wakes_at = null
     where id = $1`,
    [runId, wave.nextWaveAt, wave.told],
  )
}

export async function postponeRun(sql: Sql, runId: number, until: Date, reason: string): Promise<void> {
  await sql.execute(
    `update campaign_runs set next_wave_at = $2, reason = $3 where id = $1 and state <> 'done'`,
    [runId, until, reason],
  )
}

export async function finishRun(tx: Tx, runId: number, end: { reason: string; now: Date }): Promise<void> {
  await tx.execute(`update campaign_runs set state = 'done', reason = $2, finished_at = $3 where id = $1`, [
    runId,
    end.reason,
    end.now,
  ])
}
