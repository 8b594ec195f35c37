import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { markAbandoned } from './message-store.ts'
import type { OnMessagesChanged } from './message.ts'

export interface RecoverDeps {
  db: Database
  clock: Clock
  onChanged: OnMessagesChanged
}

const batchSize = 500

/**
 * Messages whose sender ended between the stamp and the answer: whether they went out, nobody can say, so they are uncertain.
 * Returns how many there were.
 */
export async function recoverSends(deps: RecoverDeps): Promise<number> {
  const now = deps.clock.now()
  return deps.db.transaction(async (tx) => {
    const abandoned = await markAbandoned(tx, now, batchSize)
    if (abandoned.length > 0)
      await deps.onChanged(
        tx,
        abandoned.map((change) => ({ ...change, at: now })),
        now,
      )
    return abandoned.length
  })
}
