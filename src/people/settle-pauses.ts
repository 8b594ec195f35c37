import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { setConsent, type ConsentDeps } from './consent.ts'
import { listPausedBefore, lockPerson } from './person-store.ts'

export interface SettlePausesDeps extends ConsentDeps {
  db: Database
  clock: Clock
  shopId: number
  /** The shop's own setting. */
  pauseHours: number
}

const atOnce = 200

/** Who wrote a sentence that means "stop" and did not answer our question in time has opted out. Returns how many were looked at. */
export async function settlePauses(deps: SettlePausesDeps): Promise<number> {
  const { shopId } = deps
  const now = deps.clock.now()
  const pausedBefore = new Date(now.getTime() - deps.pauseHours * 3_600_000)
  const due = await listPausedBefore(deps.db, shopId, pausedBefore, atOnce)
  for (const id of due) {
    await deps.db.transaction(async (tx) => {
      // The answer may have come since the list was made.
      const { marketingPausedAt } = await lockPerson(tx, id)
      if (marketingPausedAt === null || marketingPausedAt > pausedBefore) return
      await setConsent(tx, deps, { shopId, personId: id, to: 'opted_out', how: 'no_answer', now })
    })
  }
  return due.length
}
