import { isDeadlock, type Database, type Tx } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { markFailure, markOutcome } from './decide-outcome.ts'
import type { EventMark } from './event-mark.ts'
import { claimSet, markEvents } from './event-store.ts'
import type { HandleEvents, InboxEvent, InboxHandlers } from './inbox-event.ts'
import { countMarks, type InboxMetrics } from './intake-metrics.ts'

export interface HandleSetsDeps {
  db: Database
  log: Logger
  metrics: InboxMetrics
  handlers: Pick<InboxHandlers, 'many'>
}

const setSize = 500
// A delivery may hold a thousand statuses: they are handled before more deliveries are cut.
const setsPerRound = 20

/** Claims and handles set after set, each in a transaction of its own. Returns how many events that were. */
export async function handleSets(deps: HandleSetsDeps, now: Date): Promise<number> {
  let handled = 0
  for (const [kind, handle] of Object.entries(deps.handlers.many)) {
    for (let sets = 0; sets < setsPerRound; sets++) {
      const inSet = await deps.db.transaction((tx) => handleSet({ ...deps, handle }, tx, kind, now))
      handled += inSet
      if (inSet < setSize) break
    }
  }
  return handled
}

type SetDeps = HandleSetsDeps & { handle: HandleEvents }

async function handleSet(deps: SetDeps, tx: Tx, kind: string, now: Date): Promise<number> {
  const events = await claimSet(tx, { kinds: [kind], now, limit: setSize })
  if (events.length === 0) return 0
  // What has failed before is handled alone, so that it does not fail all the others again and again.
  const fresh = events.filter(({ attempts }) => attempts === 0)
  const failedBefore = events.filter(({ attempts }) => attempts > 0)
  const marks = [...(await handleTogether(deps, tx, fresh, now))]
  for (const event of failedBefore) marks.push(await handleAlone(deps, tx, event, now))
  await markEvents(tx, marks, now)
  tx.afterCommit(() => countMarks(deps.metrics, events, marks))
  return events.length
}

async function handleTogether(deps: SetDeps, tx: Tx, events: InboxEvent[], now: Date): Promise<EventMark[]> {
  const [only] = events
  if (only === undefined) return []
  if (events.length === 1) return [await handleAlone(deps, tx, only, now)]
  try {
    return await tx.savepoint(() => callHandler(deps.handle, tx, events, now))
  } catch (thrown) {
    if (isDeadlock(thrown)) throw thrown
    deps.log.warn(
      { err: thrown, kind: only.kind, count: events.length },
      'A set of events is handled one by one',
    )
  }
  const marks: EventMark[] = []
  for (const event of events) marks.push(await handleAlone(deps, tx, event, now))
  return marks
}

async function handleAlone(deps: SetDeps, tx: Tx, event: InboxEvent, now: Date): Promise<EventMark> {
  try {
    const [mark] = await tx.savepoint(() => callHandler(deps.handle, tx, [event], now))
    if (mark !== undefined) return mark
    throw new Error('nothing was handled')
  } catch (thrown) {
    if (isDeadlock(thrown)) throw thrown
    const mark = markFailure(event, thrown, now)
    deps.log.warn({ err: thrown, eventId: event.id, kind: event.kind, state: mark.state }, 'An event failed')
    return mark
  }
}

async function callHandler(
  handle: HandleEvents,
  tx: Tx,
  events: InboxEvent[],
  now: Date,
): Promise<EventMark[]> {
  const outcomes = await handle(tx, events)
  return events.map((event) => {
    const outcome = outcomes.get(event.id)
    if (outcome === undefined) throw new Error(`The handler of ${event.kind} gave no outcome`)
    return markOutcome(event, outcome, now)
  })
}
