export interface Pace {
  /** Waits for the number's next slot; resolved at the moment the request may start. */
  takeSlot(phoneNumberId: number, ratePerSecond: number): Promise<void>
}

export interface PaceDeps {
  /** Monotonic milliseconds. */
  nowMs: () => number
  sleep: (ms: number) => Promise<void>
}

/** Below Meta's rate, so that what jitters on the way there stays within it. */
const shareOfRate = 0.98

/**
 * Starts each number's requests evenly, and never more of them than its rate allows in any sliding second, over this process. A
 * slot that is late does not delay the ones after it, but neither may they catch up beyond the rate.
 */
export function createPace(deps: PaceDeps): Pace {
  const lines = new Map<number, Line>()
  return {
    takeSlot: (phoneNumberId, ratePerSecond) => {
      const line = lines.get(phoneNumberId) ?? { slotMs: 0, startsMs: [], last: Promise.resolve() }
      lines.set(phoneNumberId, line)
      line.last = line.last.then(() => waitForSlot(deps, line, ratePerSecond))
      return line.last
    },
  }
}

interface Line {
  /** When the next request is planned. */
  slotMs: number
  /** The starts of the last second. */
  startsMs: number[]
  last: Promise<void>
}

async function waitForSlot({ nowMs, sleep }: PaceDeps, line: Line, ratePerSecond: number): Promise<void> {
  line.slotMs = Math.max(line.slotMs, nowMs())
  for (;;) {
    const full = line.startsMs.at(-ratePerSecond)
    const freeMs = Math.max(line.slotMs, full === undefined ? 0 : full + 1000)
    const waitMs = freeMs - nowMs()
    if (waitMs <= 0) break
    await sleep(waitMs)
  }
  line.startsMs.push(nowMs())
  line.startsMs.splice(0, line.startsMs.length - ratePerSecond)
  line.slotMs += 1000 / (ratePerSecond * shareOfRate)
}
