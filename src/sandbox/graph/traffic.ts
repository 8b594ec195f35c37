import { monotonicMs } from '../../platform/clock.ts'
import { createFifo } from '../fifo.ts'
import { createSeenKeys } from './seen-keys.ts'

export interface TrafficReport {
  /** Sends that came, whatever was answered. */
  arrived: number
  accepted: number
  /** By code; calls other than sends included. */
  refused: Readonly<Record<string, number>>
  /** From the first to the last that came. */
  seconds: number
  perSecond: number
  /** The most that came within any second, sliding, at the moment the request came in. */
  worstSecond: number
  /** Accepted more than once: `biz_opaque_callback_data`, and the same template to the same address. */
  callbackIdsTwice: { count: number; examples: readonly string[] }
  templatesTwice: { count: number; examples: readonly string[] }
}

/** Counts what is sent, exactly, for hours at a thousand a second. */
export interface Traffic {
  arrived(): void
  accepted(message: { callbackData: string | null; address: string; template: string | null }): void
  refused(code: number): void
  report(): TrafficReport
  reset(): void
}

export function createTraffic(): Traffic {
  let counted = startCounting()
  return {
    arrived: () => counted.arrived(),
    accepted: (message) => counted.accepted(message),
    refused: (code) => counted.refused(code),
    report: () => counted.report(),
    reset: () => {
      counted = startCounting()
    },
  }
}

function startCounting(): Omit<Traffic, 'reset'> {
  const lastSecond = createFifo<number>()
  const refused = new Map<number, number>()
  const callbackIds = createTwice()
  const templates = createTwice()
  let [arrived, accepted, worstSecond, firstMs, lastMs] = [0, 0, 0, 0, 0]
  return {
    arrived: () => {
      lastMs = monotonicMs()
      if (arrived === 0) firstMs = lastMs
      arrived += 1
      lastSecond.push(lastMs)
      while ((lastSecond.first() ?? lastMs) <= lastMs - 1_000) lastSecond.shift()
      worstSecond = Math.max(worstSecond, lastSecond.length)
    },
    accepted: ({ callbackData, address, template }) => {
      accepted += 1
      if (callbackData !== null) callbackIds.count(callbackData)
      if (template !== null) templates.count(`${address} ${template}`)
    },
    refused: (code) => void refused.set(code, (refused.get(code) ?? 0) + 1),
    report: () => ({
      arrived,
      accepted,
      refused: Object.fromEntries(refused),
      seconds: (lastMs - firstMs) / 1_000,
      perSecond: lastMs === firstMs ? 0 : ((arrived - 1) * 1_000) / (lastMs - firstMs),
      worstSecond,
      callbackIdsTwice: callbackIds.report(),
      templatesTwice: templates.report(),
    }),
  }
}

const keptExamples = 10

function createTwice(): {
  count(key: string): void
  report(): { count: number; examples: readonly string[] }
} {
  const seen = createSeenKeys()
  const examples: string[] = []
  let count = 0
  return {
    count: (key) => {
      if (!seen.add(key)) return
      count += 1
      if (examples.length < keptExamples) examples.push(key)
    },
    report: () => ({ count, examples: [...examples] }),
  }
}
