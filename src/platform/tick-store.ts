import type { Database, Sql } from './database.ts'

export interface Tick {
  id: number
  job: string
  shopId: number
  slot: Date
}

/** The newest slot on record for each of the shops that has one. */
export async function loadNewestSlots(
  sql: Sql,
  job: string,
  shopIds: readonly number[],
): Promise<Map<number, Date>> {
  const rows = await sql.query<{ shopId: number; slot: Date }>(
    `SELECT shop.id AS shop_id, newest.slot FROM unnest($2::bigint[]) AS shop (id)
     CROSS JOIN LATERAL (SELECT slot FROM ticks WHERE job = $1 AND shop_id = shop.id ORDER BY slot DESC LIMIT 1) AS newest`,
    [job, shopIds],
  )
  return new Map(rows.map((row) => [row.shopId, row.slot]))
}

/** Those that another scheduler has recorded already stay as they are. */
export async function recordTicks(
  sql: Sql,
  job: string,
  due: readonly { shopId: number; slot: Date }[],
  now: Date,
): Promise<void> {
  if (due.length === 0) return
  await sql.execute(
    `INSERT INTO ticks (job, shop_id, slot, started_at)
     SELECT $1, due.shop_id, due.slot, $4 FROM unnest($2::bigint[], $3::timestamptz[]) AS due (shop_id, slot)
     ON CONFLICT (job, shop_id, slot) DO NOTHING`,
    [job, due.map((tick) => tick.shopId), due.map((tick) => tick.slot), now],
  )
}

export async function findUnfinishedTicks(sql: Sql, jobs: readonly string[]): Promise<Tick[]> {
  return sql.query(
    'SELECT id, job, shop_id, slot FROM ticks WHERE finished_at IS NULL AND job = ANY($1) ORDER BY slot, id',
    [jobs],
  )
}

export async function markStarted(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.execute('UPDATE ticks SET started_at = $2 WHERE id = $1', [id, now])
}

export async function markFinished(sql: Sql, id: number, now: Date, error: string | null): Promise<void> {
  await sql.execute('UPDATE ticks SET finished_at = $2, error = $3 WHERE id = $1', [id, now, error])
}

export async function forgetTicks(sql: Sql, before: Date): Promise<void> {
  await sql.execute('DELETE FROM ticks WHERE slot < $1 AND finished_at IS NOT NULL', [before])
}

const lockSpace = 0x74_69_63

/**
 * Runs `work` unless the tick is finished or another process is at it. The lock lives on a connection of its own and not in
 * the row: it ends with the process that holds it, so the tick of a killed scheduler is free at once, and that of a slow one is not.
 */
export async function withTickLock(db: Database, tick: Tick, work: () => Promise<void>): Promise<boolean> {
  const client = await db.pool.connect()
  // The number is cut to 32 bits; were two ticks ever to share one, they would only run after each other.
  const key = [lockSpace, tick.id | 0]
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS taken',
      key,
    )
    if (rows[0]?.taken !== true) return false
    try {
      const [open] = await db.query('SELECT id FROM ticks WHERE id = $1 AND finished_at IS NULL', [tick.id])
      if (open !== undefined) await work()
      return open !== undefined
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, $2)', key)
    }
  } finally {
    client.release()
  }
}
