import type { Database } from '../platform/database.ts'
import type { Wake } from '../platform/lanes.ts'
import { replayDeliveries, replayEvents, type ReplayChoice } from './dead-letter-store.ts'
import { inboxLane } from './inbox-processor.ts'

export interface ReplayDeps {
  db: Database
  wake: Wake
}

export interface Replayed {
  events: number
  deliveries: number
}

/** Lets events and deliveries be handled once more, with no failures counted against them. */
export function replayInbox(deps: ReplayDeps, choice: ReplayChoice, now: Date): Promise<Replayed> {
  return deps.db.transaction(async (tx) => {
    const deliveries = await replayDeliveries(tx, choice)
    const events = await replayEvents(tx, choice, now)
    tx.afterCommit(() => deps.wake(inboxLane))
    return { events, deliveries }
  })
}
