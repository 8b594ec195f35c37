/** Tells where a moment of the database's clock lies on this process's monotonic one. */
export interface DatabaseClock {
  /** The database said that it was `databaseMs`; heard at `heardMs` of the monotonic clock. */
  observe(databaseMs: number, heardMs: number): void
  /** There are so many readings of late that one of them was hardly late. */
  isRead(): boolean
  /** Monotonic milliseconds; never earlier than the moment itself, later by no more than the quickest answer of late took. */
  toLocal(databaseMs: number): number
}

const windowMs = 15_000
const enoughReadings = 6
/** In a sliding second, and as long as slots may lie ahead, this stays below what pace-store.ts allows for (clockErrorMs). */
const fallPerMs = 0.003
/** Longer than a sliding second, with what slots may be late by: what was placed before that crowds nothing. */
const quietMs = 2_000

/**
 * What was heard is old by as long as the answer took; the quickest answer of the last half minute is the least old. Two windows, so
 * that clocks that drift apart are followed. A quicker answer than those before it would put the next slots closer to the ones that were
 * placed by the slower: moments fall back a little at a time only, or at once when nothing was placed for a while.
 */
export function createDatabaseClock(): DatabaseClock {
  let windowFromMs = -Infinity
  let current = Infinity
  let previous = Infinity
  let readings = { current: 0, previous: 0 }
  let used = Infinity
  let heardBeforeMs = -Infinity
  let placedUntilMs = -Infinity
  return {
    observe: (databaseMs, heardMs) => {
      if (heardMs - windowFromMs > windowMs) {
        const isSilence = heardMs - windowFromMs > 2 * windowMs
        previous = isSilence ? Infinity : current
        readings = { current: 0, previous: isSilence ? 0 : readings.current }
        current = Infinity
        windowFromMs = heardMs
      }
      current = Math.min(current, heardMs - databaseMs)
      readings.current += 1
      const quickest = Math.min(current, previous)
      const isQuiet = heardMs > placedUntilMs + quietMs
      used = isQuiet ? quickest : Math.max(quickest, used - (heardMs - heardBeforeMs) * fallPerMs)
      heardBeforeMs = heardMs
    },
    isRead: () => readings.current + readings.previous >= enoughReadings,
    toLocal: (databaseMs) => {
      const localMs = databaseMs + used
      placedUntilMs = Math.max(placedUntilMs, localMs)
      return localMs
    },
  }
}
