import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { markFailure, markOutcome } from './decide-outcome.ts'
import type { EventMark } from './event-mark.ts'
import {
  claimFirstOfLane,
  claimOne,
  findDueEvents,
  lockLane,
  markEvents,
  type DueEvent,
} from './event-store.ts'
import { ignored, type InboxEvent, type InboxHandlers, type Outcome } from './inbox-event.ts'
import { countMarks, type InboxMetrics } from './intake-metrics.ts'

export interface HandleLanesDeps {
  db: Database
  clock: Clock
  log: Logger
  metrics: InboxMetrics
  handlers: InboxHandlers
}

const concurrency = 8
const lanesPerLook = 64
// So that one busy lane does not keep the others waiting.
const eventsPerVisit = 20

/**
 * Looks once for lanes with something to do and works through them, several at a time, one transaction for each event. Returns how
 * many events were handled. Throws when the database fails, after all that was begun has ended.
 */
export async function handleLanes(deps: HandleLanesDeps): Promise<number> {
  const due = await findDueEvents(deps.db, {
    otherThanKinds: Object.keys(deps.handlers.many),
    now: deps.clock.now(),
    limit: lanesPerLook,
  })
  // All share one iterator: each takes the next lane that nobody has taken.
  const next = due.values()
  const visits = await Promise.allSettled(
    Array.from({ length: Math.min(concurrency, due.length) }, () => visitAll(deps, next)),
  )
  let handled = 0
  for (const visit of visits) {
    if (visit.status === 'rejected') throw visit.reason
    handled += visit.value
  }
  return handled
}

async function visitAll(deps: HandleLanesDeps, next: Iterable<DueEvent>): Promise<number> {
  let handled = 0
  for (const due of next) {
    let inThisVisit = 0
    while (inThisVisit < eventsPerVisit && (await handleNext(deps, due))) inThisVisit += 1
    handled += inThisVisit
  }
  return handled
}

/** Handles the event, or for a waiting one whatever is first in its lane by now. False when there is nothing, or somebody is at it. */
function handleNext(deps: HandleLanesDeps, due: DueEvent): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    const event = await claimNext(tx, due, deps.clock.now())
    if (event === undefined) return false
    const mark = await handleEvent(deps, tx, event)
    await markEvents(tx, [mark], deps.clock.now())
    tx.afterCommit(() => countMarks(deps.metrics, [event], [mark]))
    return true
  })
}

async function claimNext(tx: Tx, due: DueEvent, now: Date): Promise<InboxEvent | undefined> {
  if (due.lane === null) return claimOne(tx, due, now)
  if (!(await lockLane(tx, due.lane))) return undefined
  return due.state === 'retry' ? claimOne(tx, due, now) : claimFirstOfLane(tx, due.lane, now)
}

async function handleEvent(deps: HandleLanesDeps, tx: Tx, event: InboxEvent): Promise<EventMark> {
  try {
    return markOutcome(event, await callHandler(deps.handlers, tx, event), deps.clock.now())
  } catch (thrown) {
    const mark = markFailure(event, thrown, deps.clock.now())
    deps.log.warn({ err: thrown, eventId: event.id, kind: event.kind, state: mark.state }, 'An event failed')
    return mark
  }
}

async function callHandler(handlers: InboxHandlers, tx: Tx, event: InboxEvent): Promise<Outcome> {
  const handle = handlers.one[event.kind]
  return handle === undefined ? ignored('no_handler') : tx.savepoint(() => handle(tx, event))
}
