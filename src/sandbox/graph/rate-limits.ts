import { monotonicMs, type Clock } from '../../platform/clock.ts'
import { createFifo } from '../fifo.ts'
import { GraphError } from './graph-error.ts'

const pairBurst = 45
const pairRefillMs = 6_000
const mostPairs = 1_000_000

export interface RateLimits {
  /** Throws 130429 or 131056. */
  beforeSending(address: string): void
  /** Messages that come in use up the same throughput. */
  countInbound(): void
}

/**
 * Throughput of the number, in real time over the last second: 80 messages a second by default. To one person: one in six seconds
 * with a burst of 45 that is paid back, on the sandbox's clock, so that a story told in seconds over weeks is not held to real seconds.
 */
export function createRateLimits(clock: Clock, perSecond: () => number): RateLimits {
  const lastSecond = createFifo<number>()
  const pairs = new Map<string, { level: number; atMs: number }>()
  const forgetOld = (): void => {
    const since = monotonicMs() - 1_000
    for (let at = lastSecond.first(); at !== undefined && at <= since; at = lastSecond.first())
      lastSecond.shift()
  }
  const forgetRested = (nowMs: number): void => {
    for (const [address, { atMs }] of pairs)
      if (nowMs - atMs >= pairBurst * pairRefillMs) pairs.delete(address)
    // In a rush without rest those who were written to first are given their burst back: better than memory without end.
    for (const address of pairs.keys()) {
      if (pairs.size < mostPairs * 0.9) break
      pairs.delete(address)
    }
  }
  const takeFromPair = (address: string): boolean => {
    const nowMs = clock.now().getTime()
    const pair = pairs.get(address) ?? { level: pairBurst, atMs: nowMs }
    const level = Math.min(pairBurst, pair.level + Math.max(0, nowMs - pair.atMs) / pairRefillMs)
    if (pairs.size >= mostPairs) forgetRested(nowMs)
    pairs.set(address, { level: level >= 1 ? level - 1 : level, atMs: nowMs })
    return level >= 1
  }
  return {
    beforeSending: (address) => {
      forgetOld()
      if (lastSecond.length >= perSecond()) {
        throw new GraphError(130429, 'Cloud API message throughput has been reached.', {
          status: 429,
          more: { error_subcode: 2494055 },
        })
      }
      if (!takeFromPair(address)) {
        throw new GraphError(131056, 'Too many messages were sent to this recipient in a short time.', {
          status: 429,
        })
      }
      lastSecond.push(monotonicMs())
    },
    countInbound: () => {
      forgetOld()
      lastSecond.push(monotonicMs())
    },
  }
}
