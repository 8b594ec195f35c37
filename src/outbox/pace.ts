import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../platform/clock.ts'
import type { Database, Sql, Tx } from '../platform/database.ts'
import { createDatabaseClock, type DatabaseClock } from './database-clock.ts'
import { createMissWatch, type MissWatch } from './miss-watch.ts'
import { loadRoom, takeSlots, type Slots } from './pace-store.ts'
import { openSlotLine, type SlotLine, type Starts } from './slot-line.ts'

export interface Pace {
  /**
   * How many messages may be claimed for the number now; none: in how many milliseconds to look again. `gapMs`: how far its slots lie
   * apart.
   */
  room(tx: Tx, phoneNumberId: number): Promise<{ count: number; waitMs: number; gapMs: number }>
  /** Takes so many slots for the messages that this transaction stamps. */
  take(tx: Tx, phoneNumberId: number, count: number): Promise<SlotLine>
}

/** What is claimed lies at most so far ahead: short, so that a crash leaves few messages uncertain and a stop acts at once. */
export const aheadMs = 400
// The first slot lies behind the commit of what is sent in it.
const leadMs = 5

/**
 * Even over all processes: each number has one line of slots in the database (number_pace), one every 1/(0.98 of its rate) seconds. A
 * sender takes the next few, for messages it has in hand. Slots of a sender that dies are not used and hold nobody up.
 */
export function createPace(db: Database): Pace {
  const clock = createDatabaseClock()
  const watches = new Map<number, MissWatch>()
  const watchOf = (id: number): MissWatch => {
    const watch = watches.get(id) ?? createMissWatch()
    watches.set(id, watch)
    return watch
  }
  const take = async (sql: Sql, id: number, count: number): Promise<Starts> => {
    const watch = watchOf(id)
    const isLate = watch.isLate(monotonicMs())
    watch.noteGiven(count)
    return startsOf(clock, await takeSlots(sql, id, { count, leadMs, isLate }), count)
  }
  return {
    room: async (tx, phoneNumberId) => {
      const read = async () => {
        const room = await loadRoom(tx, phoneNumberId)
        clock.observe(room.nowMs, monotonicMs())
        return room
      }
      let room = await read()
      // After a start or a silence: placed by an answer that was heard late, slots would crowd those that another sender places by a quick one.
      while (!clock.isRead()) room = await read()
      return { ...decideRoom(room), gapMs: room.gapMs }
    },
    take: async (tx, phoneNumberId, count) =>
      openSlotLine(
        {
          nowMs: monotonicMs,
          sleep: (ms) => delay(ms),
          takeMore: (missed) => take(db, phoneNumberId, missed),
          onMissed: () => watchOf(phoneNumberId).noteMissed(),
        },
        await take(tx, phoneNumberId, count),
      ),
  }
}

/**
 * Half of what lies ahead is claimed at a time, so that claims are few and large. A slow number is claimed for one by one.
 * `backlogMs`: how far ahead the first free slot lies.
 */
export function decideRoom({ backlogMs, gapMs }: { backlogMs: number; gapMs: number }): {
  count: number
  waitMs: number
} {
  const most = Math.max(1, Math.floor(aheadMs / gapMs))
  const free = Math.floor((most * gapMs - backlogMs) / gapMs)
  const least = Math.max(1, Math.floor(most / 2))
  return free >= least
    ? { count: free, waitMs: 0 }
    : { count: 0, waitMs: Math.max(1, backlogMs - (most - least) * gapMs) }
}

function startsOf(clock: DatabaseClock, slots: Slots, count: number): Starts {
  clock.observe(slots.nowMs, monotonicMs())
  const { firstMs, gapMs, toleranceMs } = slots
  const startsMs = Array.from({ length: count }, (_, nth) => clock.toLocal(firstMs + nth * gapMs))
  return { startsMs, toleranceMs }
}
