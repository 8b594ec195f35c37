import type { Database, Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { handBack } from './claim-store.ts'
import { returnContactLevels } from './contact-pace-store.ts'
import { groupBy } from './group-by.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { createPatientBook, type PatientBook } from './patient-book.ts'
import type { Started } from './start-batch.ts'

export interface ReturnDeps {
  db: Database
  /** Runs in the transaction in which messages that were never called are handed back, before they may be claimed again. */
  onHandedBack?: (tx: Tx, messageIds: readonly number[]) => Promise<void>
}

/**
 * Where a sender gives back what it cannot call, as soon as it knows. What could not be given back is uncertain once its lease has passed,
 * though it was never sent: so it waits for a database that is away.
 */
export function createReturns(deps: ReturnDeps & { log: Logger }): PatientBook<Started> {
  return createPatientBook<Started>({
    log: deps.log,
    save: (unsent) => returnUnsent(deps, unsent),
    onFailure: (thrown) =>
      deps.log.error({ err: thrown }, `Messages could not be handed back: ${describeError(thrown)}`),
    soonMs: 100,
    betweenMs: 100,
    what: 'Messages to be handed back',
  })
}

/** Gives back what was stamped and never called: it is due again at once. Twice changes nothing. */
export async function returnUnsent(deps: ReturnDeps, unsent: readonly Started[]): Promise<void> {
  const byNumber = groupBy(unsent, (message) => message.phoneNumberId)
  await oneAfterAnother(byNumber, ([numberId, messages]) =>
    deps.db.transaction(async (tx) => {
      const ids = await handBack(tx, messages)
      if (ids.length === 0) return
      // What guards count is locked before the levels of people, as when messages are stamped.
      await deps.onHandedBack?.(tx, ids)
      const returned = messages.filter(({ id }) => ids.includes(id))
      await returnContactLevels(
        tx,
        numberId,
        returned.map((message) => message.rootId),
      )
    }),
  )
}
