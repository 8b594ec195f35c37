import { isDeadlock, type Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { ClaimedRow } from './claim-store.ts'
import { groupBy } from './group-by.ts'
import type { Prepared, PrepareMessages, Purpose } from './message.ts'

export interface CheckDeps {
  log: Logger
  /** The check that runs again right before sending, per purpose; what has none goes with the content it has. */
  prepare: Partial<Record<Purpose, PrepareMessages>>
}

const retryCheckMs = 60_000

/** What is to become of each claimed message, by id: too old, or what its purpose's owner says now. */
export async function checkAgain(
  deps: CheckDeps,
  tx: Tx,
  rows: readonly ClaimedRow[],
  now: Date,
): Promise<Map<number, Prepared>> {
  const answers = new Map<number, Prepared>()
  const fresh = rows.filter((row) => row.expiresAt === null || row.expiresAt > now)
  for (const row of rows) if (!fresh.includes(row)) answers.set(row.id, { kind: 'expire', reason: 'expired' })
  for (const [prepare, owned] of groupBy(fresh, (row) => deps.prepare[row.purpose])) {
    const said = prepare === undefined ? undefined : await askAll({ ...deps, ask: prepare }, tx, owned, now)
    for (const row of owned) answers.set(row.id, said?.get(row.id) ?? goAsItIs(row))
  }
  return answers
}

function goAsItIs({ content }: ClaimedRow): Prepared {
  return content === null ? { kind: 'suppress', reason: 'parameters_invalid' } : { kind: 'send', content }
}

type AskDeps = CheckDeps & { ask: PrepareMessages }

// One message whose check fails must hold up neither the batch nor, at the head of the line, everybody.
async function askAll(
  { log, ask }: AskDeps,
  tx: Tx,
  rows: readonly ClaimedRow[],
  now: Date,
): Promise<ReadonlyMap<number, Prepared>> {
  const inOrder = rows.toSorted((first, second) => first.rootId - second.rootId || first.id - second.id)
  try {
    return await tx.savepoint(() => ask(tx, inOrder, now))
  } catch (thrown) {
    if (isDeadlock(thrown)) throw thrown
    log.warn({ err: thrown, count: rows.length }, 'Messages are checked one by one')
  }
  const answers = new Map<number, Prepared>()
  for (const row of inOrder) answers.set(row.id, await askOne({ log, ask }, tx, row, now))
  return answers
}

async function askOne(
  { log, ask }: Pick<AskDeps, 'log' | 'ask'>,
  tx: Tx,
  row: ClaimedRow,
  now: Date,
): Promise<Prepared> {
  try {
    const answers = await tx.savepoint(() => ask(tx, [row], now))
    return answers.get(row.id) ?? goAsItIs(row)
  } catch (thrown) {
    if (isDeadlock(thrown)) throw thrown
    log.error({ messageId: row.id, error: describeError(thrown) }, 'The check before sending failed.')
    return { kind: 'defer', until: new Date(now.getTime() + retryCheckMs), reason: 'check_failed' }
  }
}
