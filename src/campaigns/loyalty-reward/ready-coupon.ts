import type { Tx } from '../../platform/database.ts'
import type { ReasonCode } from '../reasons.ts'
import { couponCodeOf, nextCouponCode } from './coupon-code.ts'
import { couponDatesFrom, isGoodForLong } from './coupon-dates.ts'
import {
  insertCoupon,
  loadPersonKey,
  lockCouponOf,
  moveTerms,
  planCoupon,
  type CouponRow,
} from './coupon-store.ts'
import type { LoyaltyRewardSettings } from './settings.ts'

export const couponLane = 'coupons'

export interface CouponRequest {
  shopId: number
  candidacyId: number
  personId: number
  settings: LoyaltyRewardSettings
  /** The shop's. */
  timeZone: string
  now: Date
  wake: (lane: string) => void
}

export type ReadyCoupon =
  /** `lastDay`: YYYY-MM-DD in the shop's zone, good until that day is over. */
  | { kind: 'ready'; code: string; lastDay: string }
  | { kind: 'wait'; until: Date }
  | { kind: 'refused'; reason: ReasonCode }

/**
 * The coupon of a candidacy whose message is about to go. The first call only writes down what is to be made; the lane `coupons` makes it.
 * A message that goes later than it should have (a retry) keeps its coupon, whose date moves along first. A deleted one never comes back:
 * once it is gone, another is planned.
 */
export async function readyCoupon(tx: Tx, about: CouponRequest): Promise<ReadyCoupon> {
  const coupon = await lockCouponOf(tx, about.candidacyId)
  if (coupon === undefined) return planFirst(tx, about)
  switch (coupon.state) {
    case 'made':
      return isAsPromised(coupon, about)
        ? { kind: 'ready', code: coupon.code, lastDay: coupon.lastDay }
        : planAgain(tx, about, coupon, coupon.code)
    case 'planned':
      if (!isAsPromised(coupon, about)) await moveTerms(tx, coupon.id, termsOf(about), about.now)
      return wait(tx, about, coupon)
    case 'to_delete':
      return wait(tx, about, coupon)
    case 'deleted': {
      const personKey = await loadPersonKey(tx, coupon.personId)
      return planAgain(tx, about, coupon, nextCouponCode({ ...about, personKey }, coupon.code))
    }
    case 'used':
      return { kind: 'refused', reason: 'coupon_used' }
    case 'refused':
      return { kind: 'refused', reason: coupon.reason as ReasonCode }
  }
}

const mostDraws = 3

async function planFirst(tx: Tx, about: CouponRequest): Promise<ReadyCoupon> {
  const key = { candidacyId: about.candidacyId, personKey: await loadPersonKey(tx, about.personId) }
  for (let draw = 0; draw < mostDraws; draw++) {
    const plan = { code: couponCodeOf(key, draw), ...termsOf(about) }
    if (await insertCoupon(tx, about, plan, about.now)) break
  }
  return wait(tx, about)
}

async function planAgain(
  tx: Tx,
  about: CouponRequest,
  coupon: CouponRow,
  code: string,
): Promise<ReadyCoupon> {
  await planCoupon(tx, coupon.id, { code, ...termsOf(about) }, about.now)
  return wait(tx, about)
}

function termsOf({ settings, timeZone, now }: CouponRequest): {
  percentBps: number
  lastDay: string
  expiresAt: Date
} {
  return { percentBps: settings.percentBps, ...couponDatesFrom(now, timeZone, settings.couponDays) }
}

function isAsPromised(coupon: CouponRow, { settings, now }: CouponRequest): boolean {
  return (
    coupon.percentBps === settings.percentBps && isGoodForLong(coupon.expiresAt, now, settings.couponDays)
  )
}

const patienceMs = 15_000

// One that failed before is not looked at again before the lane has tried again.
function wait(tx: Tx, { now, wake }: CouponRequest, coupon?: CouponRow): ReadyCoupon {
  tx.afterCommit(() => wake(couponLane))
  const soon = now.getTime() + patienceMs
  const isPausing = coupon !== undefined && coupon.reason !== null
  return {
    kind: 'wait',
    until: new Date(isPausing ? Math.max(soon, coupon.dueAt.getTime() + patienceMs) : soon),
  }
}
