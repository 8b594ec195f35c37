import type { MovableClock } from '../platform/clock.ts'
import type { Store } from './store.ts'

// Where a running clock has been moved to is kept: what was written in the moved time must not lie in the future after a restart.

interface RunningClock extends MovableClock {
  offsetMs(): number
}

function isRunning(clock: MovableClock): clock is RunningClock {
  return 'offsetMs' in clock
}

export function keepClock(store: Store, clock: MovableClock): void {
  if (isRunning(clock))
    store.collection<{ offsetMs: number }>('clock').put('offset', { offsetMs: clock.offsetMs() })
}

/** A standing clock stays as it is: whoever set it knows what time it is. */
export function restoreClock(store: Store, clock: MovableClock): void {
  const kept = store.collection<{ offsetMs: number }>('clock').find('offset')
  if (kept !== undefined && isRunning(clock)) clock.advance(kept.offsetMs - clock.offsetMs())
}
