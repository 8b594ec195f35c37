/** What became of the slots that this process was given of one number's line. */
export interface MissWatch {
  noteGiven(count: number): void
  noteMissed(): void
  /** The process has missed many of its slots for so long that it is no passing trouble. Asked at each take; true once, then from the start. */
  isLate(nowMs: number): boolean
}

/** Where senders often miss their slots (a machine with too much to do), slots must last longer. */
const manyMissed = 0.1
const windowMs = 500
// A process that has just started, or collects its garbage, misses slots in one window; what goes on has to be answered.
const lateWindows = 2

export function createMissWatch(): MissWatch {
  let fromMs: number | undefined
  let given = 0
  let missed = 0
  let late = 0
  return {
    noteGiven: (count) => void (given += count),
    noteMissed: () => void (missed += 1),
    isLate: (nowMs) => {
      fromMs ??= nowMs
      if (nowMs - fromMs < windowMs) return false
      late = missed > given * manyMissed ? late + 1 : 0
      fromMs = nowMs
      given = 0
      missed = 0
      if (late < lateWindows) return false
      late = 0
      return true
    },
  }
}
