import type { ReasonCode } from '../reasons.ts'

export type CouponState = 'planned' | 'made' | 'used' | 'to_delete' | 'deleted' | 'refused'

/** What of a coupon's row is decided about. */
export interface CouponLedger {
  state: CouponState
  wcId: number | null
  percentBps: number
  expiresAt: Date
  reason: string | null
  attempts: number
  dueAt: Date
}

/** What came of asking the shop. `wcId` wherever it is known that the coupon exists. */
export type CouponOutcome =
  | { kind: 'made'; wcId: number; percentBps: number; expiresAt: Date }
  | { kind: 'deleted' }
  /** Somebody has bought with it: it stays. */
  | { kind: 'used'; wcId: number }
  | { kind: 'failed'; wcId: number | null; reason: string }
  | { kind: 'refused'; wcId: number | null; reason: ReasonCode }

const mostAttempts = 8
const firstPauseMs = 30_000
const longestPauseMs = 30 * 60_000

/**
 * What a coupon is after the shop has been asked about it. Meanwhile its message may have ended (`to_delete`), the coupon may have been
 * used, or its date may have been moved: what was made for nothing is deleted, what is out of date is brought up to it.
 */
export function decideCoupon(coupon: CouponLedger, outcome: CouponOutcome, now: Date): CouponLedger {
  const wcId = outcome.kind === 'deleted' ? null : (outcome.wcId ?? coupon.wcId)
  switch (coupon.state) {
    case 'planned':
      return afterMaking({ ...coupon, wcId }, outcome, now)
    case 'to_delete':
      return afterDeleting({ ...coupon, wcId }, outcome, now)
    case 'deleted':
      return wcId === null ? coupon : { ...coupon, state: 'to_delete', wcId, dueAt: now }
    case 'made':
    case 'used':
    case 'refused':
      return { ...coupon, wcId }
  }
}

function afterMaking(coupon: CouponLedger, outcome: CouponOutcome, now: Date): CouponLedger {
  switch (outcome.kind) {
    case 'made': {
      const isUpToDate =
        outcome.percentBps === coupon.percentBps && outcome.expiresAt.getTime() === coupon.expiresAt.getTime()
      return {
        ...coupon,
        state: isUpToDate ? 'made' : 'planned',
        reason: null,
        attempts: 0,
        dueAt: now,
      }
    }
    case 'refused':
      return { ...coupon, state: 'refused', reason: outcome.reason, dueAt: now }
    case 'failed':
      return coupon.attempts >= mostAttempts
        ? { ...coupon, state: 'refused', reason: 'coupon_refused' satisfies ReasonCode, dueAt: now }
        : { ...coupon, reason: outcome.reason, dueAt: pauseAfter(coupon.attempts, now) }
    case 'used':
      return { ...coupon, state: 'used', reason: null, dueAt: now }
    case 'deleted':
      return { ...coupon, dueAt: now }
  }
}

// Deleting is tried until it is done, or often enough for one that is worth nothing any more.
function afterDeleting(coupon: CouponLedger, outcome: CouponOutcome, now: Date): CouponLedger {
  switch (outcome.kind) {
    case 'deleted':
      return { ...coupon, state: 'deleted', reason: null, dueAt: now }
    case 'made':
      return { ...coupon, dueAt: now }
    case 'used':
      return { ...coupon, state: 'used', reason: null, dueAt: now }
    case 'failed':
    case 'refused':
      return now >= coupon.expiresAt && coupon.attempts >= mostAttempts
        ? { ...coupon, state: 'deleted', reason: 'expired' satisfies ReasonCode, dueAt: now }
        : { ...coupon, reason: outcome.reason, dueAt: pauseAfter(coupon.attempts, now) }
  }
}

function pauseAfter(attempts: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1)))
}
