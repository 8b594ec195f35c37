import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import type { SettleDeps } from './apply-news.ts'
import { createPatientBook } from './patient-book.ts'
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

/**
 * Answers that come within a moment of each other are written down in one transaction. A few wait for hardly anything, so that a
 * conversation goes on; in a stream of them each transaction takes what came since the last. What is given up is learned from the statuses.
 */
export function createAnswerBook(deps: SettleDeps & { db: Database; log: Logger; clock: Clock }): AnswerBook {
  let failure: Error | undefined
  const book = createPatientBook<CallResult>({
    log: deps.log,
    save: (results) => settleResults(deps, results, deps.clock.now()),
    onFailure: (thrown) => (failure ??= thrown),
    soonMs: 5,
    betweenMs: 80,
    what: 'The answers of WhatsApp',
  })
  const check = (): void => {
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
  }
  return {
    write: (result) => book.write([result]),
    isOpen: () => book.isOpen(),
    written: async () => {
      await book.written()
      check()
    },
    check,
  }
}
