// The only place that reads the time of day (lint holds everybody to it). Business code is given `now`.

export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

export interface MovableClock extends Clock {
  /** Jumps to a moment and goes on from there. */
  set(to: Date): void
  advance(byMs: number): void
}

/** A clock that stands still until it is moved: for tests and the demo. */
export function createStandingClock(at: Date): MovableClock {
  let nowMs = at.getTime()
  return {
    now: () => new Date(nowMs),
    set: (to) => {
      nowMs = to.getTime()
    },
    advance: (byMs) => {
      nowMs += byMs
    },
  }
}

/** A clock that runs at normal speed with an offset that can be moved: for the sandbox. */
export function createOffsetClock(offsetMs = 0): MovableClock & { offsetMs(): number } {
  let offset = offsetMs
  return {
    now: () => new Date(Date.now() + offset),
    set: (to) => {
      offset = to.getTime() - Date.now()
    },
    advance: (byMs) => {
      offset += byMs
    },
    offsetMs: () => offset,
  }
}

/** Milliseconds that only ever go up: for measuring, leases in memory and pacing; never for business time. */
export function monotonicMs(): number {
  return performance.now()
}
