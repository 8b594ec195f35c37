import type { Database, Tx } from './database.ts'
import { HubError } from './errors.ts'

/** What work is given that is to leave no trace: transactions are savepoints of one that is rolled back. */
export type DryDatabase = Pick<Database, 'query' | 'execute' | 'transaction'>

export interface DryLimits {
  /** For all of it. */
  totalMs: number
  /** For a lock that somebody else holds. */
  lockMs: number
}

/** Thrown through the transaction, so that it is rolled back. */
const undo = new Error('a dry run is undone')

/**
 * Runs work on what the database holds now, and undoes all of it. Nothing is woken, and what real work waits for is not held longer than
 * `totalMs`. Throws HubError `dry_run_too_long` or `dry_run_in_the_way` when the limits are reached.
 */
export async function runDry<T>(
  db: Database,
  limits: DryLimits,
  work: (dry: DryDatabase, tx: Tx) => Promise<T>,
): Promise<T> {
  let result: { value: T } | undefined
  try {
    await db.transaction(async (tx) => {
      await tx.execute(`set local statement_timeout = ${limits.totalMs}`)
      await tx.execute(`set local lock_timeout = ${limits.lockMs}`)
      // PostgreSQL 17 and newer end the whole transaction; before that, each statement has its limit.
      await tx.execute(
        `select set_config('transaction_timeout', $1, true) from pg_settings where name = 'transaction_timeout'`,
        [String(limits.totalMs)],
      )
      result = { value: await work(dryOver(tx), tx) }
      throw undo
    })
  } catch (thrown) {
    if (thrown !== undo) throw inWords(thrown)
  }
  if (result === undefined) throw new HubError('dry_run_failed', 'The dry run ended without a result.')
  return result.value
}

function dryOver(tx: Tx): DryDatabase {
  const inner: Tx = { ...tx, afterCommit: () => undefined }
  return { ...tx, transaction: (work) => tx.savepoint(() => work(inner)) }
}

function inWords(thrown: unknown): unknown {
  const { code } = (thrown ?? {}) as { code?: unknown }
  if (code === '57014' || code === '25P04')
    return new HubError(
      'dry_run_too_long',
      'Working this out takes too long, so it was given up. Nothing was changed.',
    )
  if (code === '55P03')
    return new HubError(
      'dry_run_in_the_way',
      'Messages are being planned at this moment. Nothing was changed.',
      {
        advice: 'Try again in a minute.',
      },
    )
  return thrown
}
