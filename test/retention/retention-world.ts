import { pino } from 'pino'
import { registerForgetting } from '../../src/app-forgetting.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database, Sql } from '../../src/platform/database.ts'
import type { Job, Schedule } from '../../src/platform/schedule.ts'
import { saveShopSettings } from '../../src/shops/shop-store.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertShop, someMonday } from '../support/rows.ts'

export const dayMs = 86_400_000

/** That many days before the Monday on which these tests play, and milliseconds later. */
export const daysAgo = (days: number, ms = 0): Date => new Date(someMonday.getTime() - days * dayMs + ms)

export interface RetentionWorld extends AsyncDisposable {
  db: Database
  clock: MovableClock
  shopId: number
  /** Rows from plain objects in database spelling; Date, bigint[] and JSON as they are. Returns their ids. */
  insert(table: string, rows: readonly Record<string, unknown>[]): Promise<number[]>
  settle(settings: Record<string, unknown>): Promise<void>
  /** A night: both jobs, over this database or one that stands in for it. Returns what was said to be forgotten. */
  night(over?: Database): Promise<Record<string, number>>
  ids(table: string, where?: string): Promise<number[]>
}

export async function createRetentionWorld(): Promise<RetentionWorld> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(1_000))
  const clock = createStandingClock(someMonday)
  return {
    db,
    clock,
    shopId,
    insert: (table, rows) => insertRows(db, table, rows),
    settle: async (settings) => {
      await db.transaction((tx) => saveShopSettings(tx, shopId, settings, { name: 'test', now: someMonday }))
    },
    night: (over = db) => runNight(over, clock, shopId),
    ids: async (table, where = 'true') => {
      const rows = await db.query<{ id: number }>(`select id from ${table} where ${where} order by id`)
      return rows.map((row) => row.id)
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

async function insertRows(
  sql: Sql,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<number[]> {
  const names = Object.keys(rows[0] ?? {})
  const inserted = await sql.query<{ id: number }>(
    `insert into ${table} (${names.join(', ')})
     select ${names.join(', ')} from json_populate_recordset(null::${table}, $1) returning id`,
    [JSON.stringify(rows)],
  )
  return inserted.map((row) => row.id)
}

async function runNight(db: Database, clock: MovableClock, shopId: number): Promise<Record<string, number>> {
  const lines: Record<string, number>[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line) as never) })
  const jobs = new Map<string, Job>()
  const schedule = { register: (job: Job) => void jobs.set(job.job, job) } as Schedule
  registerForgetting({ db, clock, log }, schedule)
  await jobs.get('forget')?.run(clock.now(), shopId)
  await jobs.get('forget-shared')?.run(clock.now(), 0)
  const said = [
    'views',
    'clicks',
    'deliveries',
    'payloads',
    'sentTexts',
    'receivedTexts',
    'decisions',
    'alerts',
    'stockEvents',
    'priceEvents',
  ]
  return Object.fromEntries(
    said
      .map((what) => [what, lines.reduce((sum, line) => sum + (line[what] ?? 0), 0)] as const)
      .filter(([, count]) => count > 0),
  )
}
