/** The slots that one batch has taken from its number's line. */
export interface SlotLine {
  /** Waits for the next slot; true at the moment a request may start, false when none comes before `byMs` (monotonic). */
  next(byMs: number): Promise<boolean>
  /** Nobody waits any longer. */
  close(): void
}

export interface SlotLineDeps {
  nowMs: () => number
  /** Resolves after so long, or at once when the signal says so. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** More slots, when some were missed: their starts (monotonic). */
  takeMore: (count: number) => Promise<readonly number[]>
}

/**
 * A slot that is missed by more than this is left out: used late, it would crowd those after it. With a pace of 0.98 of the rate, starts
 * that are late by up to 20 ms cannot make more than the rate in any sliding second, whoever else sends.
 */
export const latestMs = 15

/** `starts`: monotonic milliseconds, ascending. */
export function openSlotLine(deps: SlotLineDeps, starts: readonly number[]): SlotLine {
  const slots = [...starts]
  const closed = new AbortController()
  let more: Promise<void> | undefined
  let asked = 0
  const takeMore = async (): Promise<void> => {
    // Those that miss their slots in the same moment ask together.
    await new Promise((resolve) => setImmediate(resolve))
    const count = asked
    asked = 0
    more = undefined
    slots.push(...(await deps.takeMore(count)))
  }
  const takeSlot = async (): Promise<number | undefined> => {
    if (slots.length === 0) {
      asked += 1
      await (more ??= takeMore())
    }
    return slots.shift()
  }
  return {
    next: async (byMs) => {
      while (!closed.signal.aborted && deps.nowMs() <= byMs) {
        const slot = await takeSlot()
        if (slot === undefined || slot > byMs) return false
        while (!closed.signal.aborted && deps.nowMs() < slot)
          await deps.sleep(slot - deps.nowMs(), closed.signal)
        const nowMs = deps.nowMs()
        if (nowMs >= slot && nowMs - slot <= latestMs && nowMs <= byMs && !closed.signal.aborted) return true
      }
      return false
    },
    close: () => closed.abort(),
  }
}
