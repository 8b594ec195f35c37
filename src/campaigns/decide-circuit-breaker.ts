/** What the breaker learns of a campaign's messages, in order. */
export type BreakerSignal =
  /** WhatsApp took one. */
  | 'taken'
  /** WhatsApp refused one, in its answer. */
  | 'refused'
  /** A status said later that one failed. */
  | 'failed'
  | 'delivered'

/** In a row: refusals since one was last taken, failures since one was last delivered. */
export interface Streaks {
  refusals: number
  failures: number
}

/** The streaks after the signals, and the longest there was on the way. */
export function followStreaks(
  before: Streaks,
  signals: readonly BreakerSignal[],
): { after: Streaks; longest: number } {
  let { refusals, failures } = before
  let longest = 0
  for (const signal of signals) {
    if (signal === 'taken') refusals = 0
    if (signal === 'delivered') failures = 0
    if (signal === 'refused') refusals += 1
    if (signal === 'failed') failures += 1
    if (signal === 'refused' || signal === 'failed') longest = Math.max(longest, refusals, failures)
  }
  return { after: { refusals, failures }, longest }
}

/** A day of a campaign: whom it reached, and who of them opted out since. */
export interface ReachedDay {
  deliveries: number
  optOuts: number
  /** Of those, what a merchant has seen and let it go on with. */
  optOutsAccepted: number
}

export interface BreakerRules {
  breakerRefusals: number
  breakerOptOutBps: number
  breakerFromDeliveries: number
}

export function isTooManyRefusals(longest: number, rules: BreakerRules): boolean {
  return longest >= rules.breakerRefusals
}

export function isTooManyOptOuts(day: ReachedDay, rules: BreakerRules): boolean {
  const fresh = day.optOuts - day.optOutsAccepted
  return (
    fresh > 0 &&
    day.deliveries >= rules.breakerFromDeliveries &&
    fresh * 10_000 >= rules.breakerOptOutBps * day.deliveries
  )
}
