import type { Random } from '../platform/random.ts'

/** How many of a claim are kept for alerts and for campaigns, whatever else is due; what a lane does not need goes to the others. */
export interface LaneShares {
  alerts: number
  campaigns: number
}

const keptShare = 0.1

/**
 * Replies go before alerts, and alerts before campaigns, but a tenth of the pace is each lower lane's own, so that none starves. A claim
 * too small to be divided is given to a lower lane once in ten times.
 */
export function shareLanes(count: number, random: Pick<Random, 'below'>): LaneShares {
  const kept = Math.floor(count * keptShare)
  if (kept > 0) return { alerts: kept, campaigns: kept }
  if (count >= 3) return { alerts: 1, campaigns: 1 }
  const drawn = random.below(10)
  return { alerts: drawn === 1 ? 1 : 0, campaigns: drawn === 0 ? 1 : 0 }
}
