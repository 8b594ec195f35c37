import type { Tx } from '../../platform/database.ts'
import type { ReasonCode } from '../reasons.ts'
import { couponCodeOf, nextCouponCode } from './coupon-code.ts'
import { couponDatesFrom, isGoodForLong } from './coupon-dates.ts'
import {
  insertCoupons,
  listPersonKeys,
  lockCouponsOf,
  moveTerms,
  planCoupons,
  type CouponRow,
  type CouponTerms,
} from './coupon-store.ts'
import type { LoyaltyRewardSettings } from './settings.ts'

export const couponLane = 'coupons'

/** What all coupons of a call have in common. */
export interface CouponRequest {
  shopId: number
  settings: LoyaltyRewardSettings
  /** The shop's. */
  timeZone: string
  now: Date
  wake: (lane: string) => void
}

export interface CouponWish {
  candidacyId: number
  personId: number
}

export type ReadyCoupon =
  /** `lastDay`: YYYY-MM-DD in the shop's zone, good until that day is over. */
  | { kind: 'ready'; code: string; percentBps: number; lastDay: string }
  | { kind: 'wait'; until: Date }
  | { kind: 'refused'; reason: ReasonCode }

/**
 * The coupons of candidacies whose messages are about to go, by candidacy. The first call only writes down what is to be made; the lane
 * `coupons` makes it. A message that goes later than it should have (a retry) keeps its coupon, whose date moves along first. A deleted one
 * never comes back: once it is gone, another is planned.
 */
export async function readyCoupons(
  tx: Tx,
  about: CouponRequest,
  wishes: readonly CouponWish[],
): Promise<Map<number, ReadyCoupon>> {
  const coupons = await lockCouponsOf(
    tx,
    wishes.map(({ candidacyId }) => candidacyId),
  )
  await bringUp(tx, about, [...coupons.values()])
  await planFirst(
    tx,
    about,
    wishes.filter(({ candidacyId }) => !coupons.has(candidacyId)),
  )
  const answers = new Map(
    wishes.map(({ candidacyId }) => [candidacyId, answer(about, coupons.get(candidacyId))]),
  )
  if ([...answers.values()].some(({ kind }) => kind === 'wait')) tx.afterCommit(() => about.wake(couponLane))
  return answers
}

function answer(about: CouponRequest, coupon: CouponRow | undefined): ReadyCoupon {
  switch (coupon?.state) {
    case 'made': {
      const { code, percentBps, lastDay } = coupon
      return isAsPromised(coupon, about) ? { kind: 'ready', code, percentBps, lastDay } : wait(about)
    }
    case 'planned':
    case 'to_delete':
      return wait(about, coupon)
    case undefined:
    case 'deleted':
      return wait(about)
    case 'used':
      return { kind: 'refused', reason: 'coupon_used' }
    case 'refused':
      return { kind: 'refused', reason: coupon.reason as ReasonCode }
  }
}

/** Made and out of date: to be changed. On its way: to be made as it is promised now. Deleted: another one. */
async function bringUp(tx: Tx, about: CouponRequest, coupons: readonly CouponRow[]): Promise<void> {
  const outdated = coupons.filter((coupon) => !isAsPromised(coupon, about))
  const deleted = coupons.filter(({ state }) => state === 'deleted')
  const keyOf = await loadKeys(tx, deleted)
  const renamed = deleted.map((coupon) => ({
    ...coupon,
    code: nextCouponCode(keyOf(coupon), coupon.code),
  }))
  const again = [...outdated.filter(({ state }) => state === 'made'), ...renamed]
  await planCoupons(tx, again, termsOf(about), about.now)
  const onTheWay = outdated.filter(({ state }) => state === 'planned').map(({ id }) => id)
  await moveTerms(tx, onTheWay, termsOf(about), about.now)
}

const mostDraws = 3

async function planFirst(tx: Tx, about: CouponRequest, wishes: readonly CouponWish[]): Promise<void> {
  const keyOf = await loadKeys(tx, wishes)
  const terms = { shopId: about.shopId, ...termsOf(about) }
  let left = wishes
  for (let draw = 0; draw < mostDraws && left.length > 0; draw++) {
    const drawn = left.map((wish) => ({ ...wish, code: couponCodeOf(keyOf(wish), draw) }))
    const inserted = await insertCoupons(tx, drawn, terms, about.now)
    left = left.filter(({ candidacyId }) => !inserted.has(candidacyId))
  }
}

/** What the codes of these candidacies are worked out from. */
async function loadKeys(
  tx: Tx,
  wishes: readonly CouponWish[],
): Promise<(wish: CouponWish) => { candidacyId: number; personKey: string }> {
  const personKeys = await listPersonKeys(
    tx,
    wishes.map(({ personId }) => personId),
  )
  return ({ candidacyId, personId }) => ({ candidacyId, personKey: personKeys.get(personId) ?? '' })
}

function termsOf({ settings, timeZone, now }: CouponRequest): CouponTerms {
  return { percentBps: settings.percentBps, ...couponDatesFrom(now, timeZone, settings.couponDays) }
}

function isAsPromised(coupon: CouponRow, { settings, now }: CouponRequest): boolean {
  return (
    coupon.percentBps === settings.percentBps && isGoodForLong(coupon.expiresAt, now, settings.couponDays)
  )
}

const patienceMs = 15_000

// One that failed before is not looked at again before the lane has tried again.
function wait({ now }: CouponRequest, coupon?: CouponRow): ReadyCoupon {
  const soon = now.getTime() + patienceMs
  const isPausing = coupon !== undefined && coupon.reason !== null
  return {
    kind: 'wait',
    until: new Date(isPausing ? Math.max(soon, coupon.dueAt.getTime() + patienceMs) : soon),
  }
}
