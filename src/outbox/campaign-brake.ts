import { monotonicMs, type Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Sql } from '../platform/database.ts'

/**
 * Each message that goes out brings three statuses back, and somebody's STOP may stand in line behind them. Where what comes in is not
 * handled quickly enough, campaigns go out more slowly; replies and alerts do not.
 */
export interface CampaignBrake {
  /**
   * So many campaign messages may be claimed now by this process, of which there are a few: what is left too much, the next look at the
   * lag corrects. `gapMs`: how far the number's slots lie apart. `waitMs`: when one more will be; 0 where nobody can say.
   */
  room(sql: Sql, numberId: number, gapMs: number): Promise<{ count: number; waitMs: number }>
  /** So many were. */
  noteClaimed(numberId: number, campaigns: number): void
}

export interface BrakeDeps {
  clock: Clock
  log: Logger
  /** For how long the oldest of what came in has been waiting. */
  lagMs: (sql: Sql, now: Date) => Promise<number>
  nowMs?: () => number
}

const tellEveryMs = 60_000
const freeUntilMs = 1_000
const standsFromMs = 5_000
// What is not claimed in time is not saved up for longer than this.
const keptMs = 200
// Claims would become many and small.
const shortestWaitMs = 100

/** The part of the pace that campaigns may use (0 to 1): all of it up to a second of lag, none from five on. */
export function decideCampaignShare(lagMs: number): number {
  return Math.min(1, Math.max(0, (standsFromMs - lagMs) / (standsFromMs - freeUntilMs)))
}

export function createCampaignBrake({ clock, log, lagMs, nowMs = monotonicMs }: BrakeDeps): CampaignBrake {
  const rooms = new Map<number, { count: number; atMs: number }>()
  let toldMs = -Infinity
  const tell = (lag: number): void => {
    if (nowMs() - toldMs < tellEveryMs) return
    toldMs = nowMs()
    log.warn({ lagMs: lag }, 'What comes in is behind: campaigns go out more slowly')
  }
  return {
    room: async (sql, numberId, gapMs) => {
      const lag = await lagMs(sql, clock.now())
      const share = decideCampaignShare(lag)
      if (share === 1) {
        rooms.delete(numberId)
        return { count: Infinity, waitMs: 0 }
      }
      tell(lag)
      const known = rooms.get(numberId) ?? { count: 0, atMs: nowMs() }
      const gained = ((nowMs() - known.atMs) * share) / gapMs
      const count = Math.min(Math.max(1, (keptMs * share) / gapMs), known.count + gained)
      rooms.set(numberId, { count, atMs: nowMs() })
      const nextMs = share === 0 ? 0 : Math.max(shortestWaitMs, ((1 - (count % 1)) * gapMs) / share)
      return { count: Math.floor(count), waitMs: nextMs }
    },
    noteClaimed: (numberId, campaigns) => {
      const known = rooms.get(numberId)
      if (known !== undefined) known.count -= campaigns
    },
  }
}
