/** The slots that one batch has taken from its number's line. */
export interface SlotLine {
  /** Waits for the next slot; true at the moment a request may start, false when none comes before `byMs` (monotonic). */
  next(byMs: number): Promise<boolean>
  /** Nobody waits any longer. */
  close(): void
}

/** Moments (monotonic milliseconds, ascending) at which requests may start, and how late each may still be used. */
export interface Starts {
  startsMs: readonly number[]
  toleranceMs: number
}

export interface SlotLineDeps {
  nowMs: () => number
  sleep: (ms: number) => Promise<void>
  /** More slots, when some were missed. */
  takeMore: (count: number) => Promise<Starts>
  onMissed: () => void
}

interface Waiter {
  sinceMs: number
  byMs: number
  resolve: (mayStart: boolean) => void
}

interface Slot {
  atMs: number
  toleranceMs: number
}

/**
 * Gives the slots to those who wait, one after the other. A slot that could not be used in time is left out, and another is taken behind
 * the last: used late, it would crowd those after it.
 */
export function openSlotLine(deps: SlotLineDeps, first: Starts): SlotLine {
  const slots: Slot[] = []
  const waiters: Waiter[] = []
  let isRunning = false
  let isClosed = false
  const add = ({ startsMs, toleranceMs }: Starts): void => {
    for (const atMs of startsMs) slots.push({ atMs, toleranceMs })
  }
  const refuse = (isTooLate: (waiter: Waiter) => boolean): void => {
    for (const waiter of waiters.splice(0)) {
      if (isTooLate(waiter)) waiter.resolve(false)
      else waiters.push(waiter)
    }
  }
  const giveOne = async (): Promise<void> => {
    if (slots.length === 0) add(await deps.takeMore(waiters.length))
    const slot = slots.shift()
    if (slot === undefined) {
      refuse(() => true)
      return
    }
    refuse(({ byMs }) => byMs < slot.atMs)
    while (!isClosed && waiters.length > 0 && deps.nowMs() < slot.atMs)
      await deps.sleep(slot.atMs - deps.nowMs())
    const nowMs = deps.nowMs()
    const lastMs = slot.atMs + slot.toleranceMs
    if (nowMs <= lastMs) giveTo(waiters.shift(), nowMs)
    // Nobody who asks only now has missed it: the next message to a person waits for the answer to the one before.
    else if (waiters.some(({ sinceMs }) => sinceMs <= lastMs)) deps.onMissed()
  }
  const run = async (): Promise<void> => {
    try {
      while (waiters.length > 0 && !isClosed) await giveOne()
    } finally {
      isRunning = false
      if (isClosed || slots.length === 0) refuse(() => true)
    }
  }
  add(first)
  return {
    next: (byMs) =>
      new Promise((resolve) => {
        if (isClosed) {
          resolve(false)
          return
        }
        waiters.push({ sinceMs: deps.nowMs(), byMs, resolve })
        if (isRunning) return
        isRunning = true
        // No more slots could be taken: nobody starts, and what is wrong with the database is told by the next claim.
        run().catch(() => undefined)
      }),
    close: () => {
      isClosed = true
      refuse(() => true)
    },
  }
}

function giveTo(waiter: Waiter | undefined, nowMs: number): void {
  waiter?.resolve(nowMs <= waiter.byMs)
}
