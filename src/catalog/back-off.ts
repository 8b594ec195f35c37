/** Who is left alone, and for how long: a minute at first, then twice as long each time. Forgotten with the process. */
export interface BackOff {
  put(id: number, now: Date): void
  clear(id: number): void
  /** Those that are left alone now. */
  list(now: Date): number[]
}

const firstMs = 60_000
const longestMs = 32 * firstMs

export function createBackOff(): BackOff {
  const waiting = new Map<number, { untilMs: number; pauseMs: number }>()
  return {
    put: (id, now) => {
      const before = waiting.get(id)
      const pauseMs = before === undefined ? firstMs : Math.min(longestMs, before.pauseMs * 2)
      waiting.set(id, { untilMs: now.getTime() + pauseMs, pauseMs })
    },
    clear: (id) => void waiting.delete(id),
    list: (now) => [...waiting].filter(([, { untilMs }]) => untilMs > now.getTime()).map(([id]) => id),
  }
}
