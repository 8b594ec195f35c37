import type { Logger } from 'pino'
import type { WooClient } from '../../connectors/woocommerce/woo-client.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'
import { describeError } from '../../platform/errors.ts'
import { makeCoupon, removeCoupon } from './coupon-making.ts'
import { claimCoupons, lockCoupon, renameCoupon, saveCoupon, type ClaimedCoupon } from './coupon-store.ts'
import { decideCoupon, type CouponOutcome } from './decide-coupon.ts'

export interface CouponDeps {
  db: Database
  clock: Clock
  log: Logger
  wooClientOf: (shopId: number) => Promise<WooClient>
}

// Longer than all calls about a batch take when each of them times out.
const claim = { leaseMs: 10 * 60_000, limit: 8 }

/** One round of the lane `coupons`: makes what is planned and deletes what is not wanted any more. Returns how many it asked the shop about. */
export async function workOnCoupons(deps: CouponDeps): Promise<number> {
  const claimed = await claimCoupons(deps.db, deps.clock.now(), claim)
  await Promise.all(claimed.map((coupon) => workOn(deps, coupon)))
  return claimed.length
}

async function workOn(deps: CouponDeps, coupon: ClaimedCoupon): Promise<void> {
  const outcome = await askShop(deps, coupon).catch((thrown: unknown): CouponOutcome => ({
    kind: 'failed',
    wcId: null,
    reason: describeError(thrown),
  }))
  if (outcome.kind === 'failed' || outcome.kind === 'refused') {
    const { id: couponId, shopId, state, attempts } = coupon
    deps.log.warn(
      { couponId, shopId, state, attempts, reason: outcome.reason },
      'coupon: the shop did not do it',
    )
  }
  await settle(deps, coupon, outcome)
}

async function askShop(deps: CouponDeps, coupon: ClaimedCoupon): Promise<CouponOutcome> {
  const client = await deps.wooClientOf(coupon.shopId)
  if (coupon.state === 'to_delete') return removeCoupon(client, coupon)
  return makeCoupon(
    { client, rename: (from) => renameCoupon(deps.db, coupon, from, deps.clock.now()) },
    coupon,
  )
}

function settle({ db, clock }: CouponDeps, claimed: ClaimedCoupon, outcome: CouponOutcome): Promise<void> {
  return db.transaction(async (tx) => {
    const coupon = await lockCoupon(tx, claimed.id)
    // Taken over by somebody else after the lease: they find the same coupon by its code and mark.
    if (coupon === undefined || coupon.attempts !== claimed.attempts) return
    const now = clock.now()
    await saveCoupon(tx, claimed.id, decideCoupon(coupon, outcome, now), now)
  })
}
