import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../../generated/prisma/client.ts'

/**
 * Anything that runs SQL. Column names come back in camelCase, bigint as number (keys stay far below 2^53), timestamptz as Date. Outside a
 * transaction, a statement that a deadlock undid is done again.
 */
export interface Sql {
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>
  /** The number of rows it touched. */
  execute(text: string, values?: readonly unknown[]): Promise<number>
}

/** One transaction; passed along, never kept. No HTTP call while one is open. */
export interface Tx extends Sql {
  /** Undoes only `work` when it throws, and throws on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Runs once the transaction has committed: wake a lane, tell a listener. */
  afterCommit(effect: () => void): void
}

export interface Database extends Sql {
  readonly pool: pg.Pool
  readonly prisma: PrismaClient
  readonly url: string
  /**
   * READ COMMITTED; rolled back when `work` throws. A deadlock is nobody's fault and no failure: what it undid is done again from the
   * start, so `work` may run more than once and keeps what it does in its transaction and in `afterCommit`.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const int8Oid = 20
const int8ArrayOid = 1016
const types = new pg.TypeOverrides()
types.setTypeParser(int8Oid, Number)
types.setTypeParser(int8ArrayOid, (text: string) => text.slice(1, -1).split(',').filter(Boolean).map(Number))

export function openDatabase(
  url: string,
  options: { poolSize?: number; onError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    types,
    connectionTimeoutMillis: 10_000,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, though its types do not say so
    onConnect: withoutJit,
  })
  // Without a listener an idle connection that the server drops ends the process.
  pool.on('error', options.onError ?? (() => undefined))
  // One that is lost while it is in use fails its query; the event itself would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const sql = despiteDeadlocks(sqlOver(pool))
  const prisma = lazy(() => new PrismaClient({ adapter: new PrismaPg(pool as never) }))
  return {
    ...sql,
    pool,
    url,
    get prisma() {
      return prisma.get()
    },
    transaction: (work) => runDespiteDeadlocks(pool, work),
    close: async () => {
      if (prisma.isMade()) await prisma.get().$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}

// A server that compiles statements spends more on it than any of ours takes.
async function withoutJit(client: pg.ClientBase): Promise<void> {
  await client.query('set jit = off')
}

const triesAfterDeadlock = 5

function runDespiteDeadlocks<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return tryAgain(() => runTransaction(pool, work))
}

// A statement on its own is a transaction of its own: the deadlock has undone all of it.
function despiteDeadlocks(sql: Sql): Sql {
  return {
    query: (text, values) => tryAgain(() => sql.query(text, values)),
    execute: (text, values) => tryAgain(() => sql.execute(text, values)),
  }
}

async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (thrown) {
      if (!isDeadlock(thrown) || tries === triesAfterDeadlock) throw thrown
    }
  }
}

/** Whoever catches it behind a savepoint throws it on: its transaction is done again in any case. */
export function isDeadlock(thrown: unknown): thrown is pg.DatabaseError {
  return thrown instanceof pg.DatabaseError && thrown.code === '40P01'
}

/** The connection is lost, or the server shuts down or starts (SQLSTATE classes 08 and 57P), or no connection came free in time. */
export function isDatabaseAway(thrown: unknown): boolean {
  const { code = '', message = '' } = thrown as { code?: string; message?: string }
  return /^(08\w{3}|57P0\d|ECONN\w+|EPIPE|ENOENT)$/.test(code) || /terminat|timeout exceeded/i.test(message)
}

/** What one transaction has gathered for its end. */
interface Ending {
  effects: (() => void)[]
  /** Undone to a savepoint only, the locks from before it are still held, and the next try would meet the same rival. */
  deadlock: pg.DatabaseError | undefined
}

async function runTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  const ending: Ending = { effects: [], deadlock: undefined }
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(txOver(client, ending))
    if (ending.deadlock !== undefined) throw ending.deadlock
    await client.query('COMMIT')
    for (const effect of ending.effects) effect()
    return result
  } catch (thrown) {
    await client.query('ROLLBACK').catch((error: unknown) => {
      broken = error instanceof Error ? error : new Error(String(error))
    })
    throw thrown
  } finally {
    client.release(broken)
  }
}

function txOver(client: pg.PoolClient, ending: Ending): Tx {
  let depth = 0
  const { effects } = ending
  return {
    ...sqlOver(client),
    afterCommit: (effect) => effects.push(effect),
    savepoint: async (work) => {
      const name = `savepoint_${++depth}`
      const effectsBefore = effects.length
      await client.query(`SAVEPOINT ${name}`)
      try {
        const result = await work()
        await client.query(`RELEASE SAVEPOINT ${name}`)
        return result
      } catch (thrown) {
        effects.length = effectsBefore
        if (isDeadlock(thrown)) ending.deadlock = thrown
        await client.query(`ROLLBACK TO SAVEPOINT ${name}`)
        throw thrown
      }
    },
  }
}

function sqlOver(runner: pg.Pool | pg.PoolClient): Sql {
  const run = (text: string, values: readonly unknown[]): Promise<pg.QueryArrayResult> =>
    runner.query({ text, values: [...values], rowMode: 'array' })
  return {
    query: async <T>(text: string, values: readonly unknown[] = []) => {
      const result = await run(text, values)
      const names = result.fields.map((field) => camelCase(field.name))
      return result.rows.map((row) => toObject(names, row) as T)
    },
    execute: async (text, values = []) => (await run(text, values)).rowCount ?? 0,
  }
}

// Column by column: Object.fromEntries takes six times as long, for every row that is read.
function toObject(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [at, name] of names.entries()) object[name] = row[at]
  return object
}

const camelCased = new Map<string, string>()

function camelCase(name: string): string {
  let converted = camelCased.get(name)
  if (converted === undefined) {
    converted = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    camelCased.set(name, converted)
  }
  return converted
}

function lazy<T>(make: () => T): { get(): T; isMade(): boolean } {
  let made: { value: T } | undefined
  return { get: () => (made ??= { value: make() }).value, isMade: () => made !== undefined }
}
