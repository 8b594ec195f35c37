import { isDeadlock, type Tx } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { markOutcome } from './decide-outcome.ts'
import type { EventMark } from './event-mark.ts'
import { insertEvents, markEvents, markWaiting } from './event-store.ts'
import type { HandleEvents, InboxEvent, InboxHandlers } from './inbox-event.ts'
import type { NewEvent } from './new-event.ts'

export interface AtOnceDeps {
  log: Logger
  handlers: Pick<InboxHandlers, 'many'>
}

export interface Handled {
  events: InboxEvent[]
  marks: EventMark[]
}

// A set that fails is tried again one by one: it had better not be too large.
const setSize = 500

/**
 * Statuses come by the thousand and need no order: they are handled in the transaction that cuts them out of their deliveries, and written
 * as done with one row each. Those of a set that fails wait instead, and handleSets finds out which one it was. Returns what was handled.
 */
export async function handleAtOnce(
  deps: AtOnceDeps,
  tx: Tx,
  events: readonly NewEvent[],
  now: Date,
): Promise<Handled> {
  const handled: Handled = { events: [], marks: [] }
  if (events.length === 0) return handled
  const fresh = await insertDone(tx, events, now)
  for (const [kind, handle] of Object.entries(deps.handlers.many)) {
    const ofKind = fresh.filter((event) => event.kind === kind)
    for (let from = 0; from < ofKind.length; from += setSize) {
      const set = ofKind.slice(from, from + setSize)
      const marks = await handleSet({ ...deps, handle }, tx, set, now)
      if (marks === undefined) continue
      handled.events.push(...set)
      handled.marks.push(...marks)
    }
  }
  return handled
}

/** As events with their ids; what was known already is left out. */
async function insertDone(tx: Tx, events: readonly NewEvent[], now: Date): Promise<InboxEvent[]> {
  const rows = await insertEvents(
    tx,
    events.map((event) => ({ ...event, state: 'done' as const })),
    now,
  )
  const idOf = new Map(rows.map(({ id, source, dedupeKey }) => [`${source} ${dedupeKey}`, id]))
  return events.flatMap((event) => {
    const key = `${event.source} ${event.dedupeKey}`
    const id = idOf.get(key)
    // Told twice in these deliveries, it is one event.
    idOf.delete(key)
    return id === undefined ? [] : [{ ...event, id, attempts: 0 }]
  })
}

async function handleSet(
  deps: AtOnceDeps & { handle: HandleEvents },
  tx: Tx,
  set: InboxEvent[],
  now: Date,
): Promise<EventMark[] | undefined> {
  try {
    const outcomes = await tx.savepoint(() => deps.handle(tx, set))
    const marks = set.map((event) => {
      const outcome = outcomes.get(event.id)
      if (outcome === undefined) throw new Error(`The handler of ${event.kind} gave no outcome`)
      return markOutcome(event, outcome, now)
    })
    const other = marks.filter(({ state }) => state !== 'done')
    if (other.length > 0) await markEvents(tx, other, now)
    return marks
  } catch (thrown) {
    if (isDeadlock(thrown)) throw thrown
    deps.log.warn({ err: thrown, count: set.length }, 'A set of events is handled again, one by one')
    await markWaiting(
      tx,
      set.map(({ id }) => id),
    )
    return undefined
  }
}
