/** Tells where a moment of the database's clock lies on this process's monotonic one. */
export interface DatabaseClock {
  /** The database said that it was `databaseMs`; heard at `heardMs` of the monotonic clock. */
  observe(databaseMs: number, heardMs: number): void
  /** Monotonic milliseconds; never earlier than the moment itself, later by no more than the quickest answer of late took. */
  toLocal(databaseMs: number): number
}

const windowMs = 15_000

/**
 * What was heard is old by as long as the answer took; the quickest answer of the last half minute is the least old. Two windows, so
 * that clocks that drift apart are followed.
 */
export function createDatabaseClock(): DatabaseClock {
  let windowFromMs = -Infinity
  let current = Infinity
  let previous = Infinity
  return {
    observe: (databaseMs, heardMs) => {
      if (heardMs - windowFromMs > windowMs) {
        previous = heardMs - windowFromMs > 2 * windowMs ? Infinity : current
        current = Infinity
        windowFromMs = heardMs
      }
      current = Math.min(current, heardMs - databaseMs)
    },
    toLocal: (databaseMs) => databaseMs + Math.min(current, previous),
  }
}
