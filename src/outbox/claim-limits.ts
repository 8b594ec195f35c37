import { monotonicMs } from '../platform/clock.ts'

/** What a sender remembers of the numbers it claims for, so that one with trouble costs the others nothing. */
export interface ClaimLimits {
  /** False while it pauses after a failure. */
  mayClaim(numberId: number): boolean
  /** So many messages it may claim at once; Infinity where nothing speaks against it. */
  sizeOf(numberId: number): number
  noteClaimed(numberId: number): void
  /** Returns how long it pauses. */
  noteFailed(numberId: number): number
  noteBegun(numberId: number, batch: Begun): void
}

/** Of the people of one batch, to how many a request began in time. */
export interface Begun {
  people: number
  inTime: number
}

const firstPauseMs = 1_000
const longestPauseMs = 30_000
/** More than any claim takes. */
const largeSize = 1_000

export function createClaimLimits(nowMs: () => number = monotonicMs): ClaimLimits {
  const sizes = new Map<number, number>()
  const pauses = new Map<number, { failures: number; untilMs: number }>()
  return {
    mayClaim: (id) => (pauses.get(id)?.untilMs ?? -Infinity) <= nowMs(),
    sizeOf: (id) => sizes.get(id) ?? Infinity,
    noteClaimed: (id) => void pauses.delete(id),
    noteFailed: (id) => {
      const failures = pauses.get(id)?.failures ?? 0
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
      pauses.set(id, { failures: failures + 1, untilMs: nowMs() + pauseMs })
      return pauseMs
    },
    noteBegun: (id, batch) => {
      const size = nextSize(sizes.get(id) ?? Infinity, batch)
      if (size > largeSize) sizes.delete(id)
      else sizes.set(id, size)
    },
  }
}

/**
 * A claim takes the longer, the more it claims. One so slow that most of it could no longer begin in time is followed by smaller ones, until
 * they are quick enough; as large as they were they would be in vain for ever.
 */
export function nextSize(size: number, { people, inTime }: Begun): number {
  if (inTime * 2 < people) return Math.max(1, Math.floor(Math.min(size, people) / 2))
  return inTime === people ? size * 2 : size
}
