import { Problem } from '../../platform/web.ts'

export interface RateLimit {
  /** Throws a 429 Problem when this key has used up its minute. */
  count(key: string, nowMs: number): void
}

const minuteMs = 60_000

/** A fixed minute for each key, in this process's memory: it holds off a loop in a page, not an army. */
export function createRateLimit({
  perMinute,
  maxKeys = 50_000,
}: {
  perMinute: number
  maxKeys?: number
}): RateLimit {
  const windows = new Map<string, { startedMs: number; used: number }>()
  return {
    count(key, nowMs) {
      const window = windows.get(key)
      if (window === undefined || nowMs - window.startedMs >= minuteMs) {
        windows.delete(key)
        if (windows.size >= maxKeys) forgetOldest(windows)
        windows.set(key, { startedMs: nowMs, used: 1 })
        return
      }
      window.used += 1
      if (window.used > perMinute) throw tooMany(window.startedMs + minuteMs - nowMs)
    },
  }
}

function forgetOldest(windows: Map<string, unknown>): void {
  for (const key of windows.keys()) {
    windows.delete(key)
    return
  }
}

function tooMany(waitMs: number): Problem {
  return new Problem(429, 'too_many_requests', 'Too many requests', {
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
  })
}
