import { monotonicMs, type Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { SettleDeps } from './apply-news.ts'
import { settleResults, type CallResult } from './settle-results.ts'

export interface AnswerBook {
  /** Resolves when it is written down, or could not be. */
  write(result: CallResult): Promise<void>
  isOpen(): boolean
  /** Resolves when all that was given is written down. Throws what kept one from it, once. */
  written(): Promise<void>
  /** Throws what kept an answer from being written down, once. */
  check(): void
}

// Answers that come within a moment of each other are written down in one transaction. A few wait for hardly anything, so that a
// conversation goes on; in a stream of them each transaction takes what came since the last.
const soonMs = 5
const betweenMs = 80
const fewAnswers = 8
const largest = 200
// While the database is away (a restart), the answers wait here; what takes longer is learned from the statuses.
const keepTryingMs = 20_000
const pauseMs = 500

export function createAnswerBook(deps: SettleDeps & { db: Database; log: Logger; clock: Clock }): AnswerBook {
  const waiting: CallResult[] = []
  const writing = new Set<Promise<void>>()
  let next: Promise<void> | undefined
  let failure: Error | undefined
  let last = { atMs: -Infinity, answers: 0 }
  const writeAll = async (): Promise<void> => {
    const isStream = last.answers > fewAnswers
    const waitMs = Math.max(soonMs, isStream ? last.atMs + betweenMs - monotonicMs() : 0)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    next = undefined
    last = { atMs: monotonicMs(), answers: waiting.length }
    while (waiting.length > 0) {
      await settlePatiently(deps, waiting.splice(0, largest)).catch((thrown: unknown) => {
        failure ??= thrown instanceof Error ? thrown : new Error(describeError(thrown))
      })
    }
  }
  const begin = (): Promise<void> => {
    const one = writeAll().finally(() => writing.delete(one))
    writing.add(one)
    return one
  }
  const check = (): void => {
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
  }
  return {
    write: (result) => {
      waiting.push(result)
      return (next ??= begin())
    },
    isOpen: () => writing.size > 0,
    written: async () => {
      while (writing.size > 0) await Promise.all([...writing])
      check()
    },
    check,
  }
}

async function settlePatiently(
  deps: SettleDeps & { db: Database; log: Logger; clock: Clock },
  results: readonly CallResult[],
): Promise<void> {
  const giveUpMs = monotonicMs() + keepTryingMs
  for (;;) {
    try {
      await settleResults(deps, results, deps.clock.now())
      return
    } catch (thrown) {
      if (!isAway(thrown) || monotonicMs() > giveUpMs) throw thrown
      deps.log.warn(
        { count: results.length },
        `The answers of WhatsApp wait for the database: ${describeError(thrown)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** The connection is lost, or the server shuts down or starts (SQLSTATE classes 08 and 57P). */
function isAway(thrown: unknown): boolean {
  const code = (thrown as { code?: string }).code ?? ''
  return (
    /^(08\w{3}|57P0\d|ECONN\w+|EPIPE|ENOENT)$/.test(code) ||
    /terminat|timeout exceeded/i.test(describeError(thrown))
  )
}
