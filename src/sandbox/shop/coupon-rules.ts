import { RestError } from './rest-error.ts'
import { readTime } from './shop-dates.ts'
import type { Coupon, Order, ShopDeps, ShopRequest } from './shop-state.ts'

/** Who wants to use a coupon, and on how much. */
export interface CouponUse {
  /** 0: a guest. */
  customerId: number
  email: string
  subtotalMinor: number
}

/** The coupon, if it can be used now. Throws RestError 400 `woocommerce_rest_invalid_coupon`, as for an order's `coupon_lines`. */
export function loadUsableCoupon(deps: ShopDeps, code: string, use: CouponUse): Coupon {
  const coupon = findCoupon(deps, code)
  if (coupon === undefined) throw refused(`There is no coupon "${code}".`)
  if (isUsedUp(coupon, use)) throw refused(`Coupon "${coupon.code}" has been used as often as it may be.`)
  if (isExpired(deps, coupon)) throw refused('This coupon has expired.')
  if (Number(coupon.minimumAmount) * 100 > use.subtotalMinor)
    throw refused(`The minimum spend for this coupon is ${coupon.minimumAmount}.`)
  return coupon
}

/** Codes are the same in small and capital letters. */
export function findCoupon({ state }: ShopDeps, code: string): Coupon | undefined {
  return state.coupons.all().find((one) => one.code === code.trim().toLowerCase())
}

function isUsedUp(coupon: Coupon, use: CouponUse): boolean {
  if (coupon.usageLimit !== null && coupon.usageLimit > 0 && coupon.usageCount >= coupon.usageLimit)
    return true
  const perUser = coupon.usageLimitPerUser ?? 0
  if (perUser === 0) return false
  return (coupon.usedBy ?? []).filter((one) => one === userOf(use)).length >= perUser
}

// It is good until the very second in which it expires.
function isExpired({ site, clock }: ShopDeps, coupon: Coupon): boolean {
  const expiresMs = coupon.expires === null ? undefined : readTime(coupon.expires, site.timeZone)
  return expiresMs !== undefined && Math.floor(clock.now().getTime() / 1000) * 1000 > expiresMs
}

function userOf({ customerId, email }: Pick<CouponUse, 'customerId' | 'email'>): string {
  return customerId === 0 ? email : String(customerId)
}

function refused(message: string): RestError {
  return new RestError(400, 'woocommerce_rest_invalid_coupon', message)
}

/** An order counts as a use until it is cancelled, and again when it comes back. */
export function countCoupons(request: ShopRequest, order: Order, by: 1 | -1): void {
  const user = userOf({ customerId: order.customerId, email: order.billing.email })
  for (const { code } of order.coupons) {
    const coupon = findCoupon(request, code)
    if (coupon === undefined) continue
    const usedBy = [...(coupon.usedBy ?? [])]
    if (by === 1) usedBy.push(user)
    else if (usedBy.includes(user)) usedBy.splice(usedBy.lastIndexOf(user), 1)
    request.state.coupons.put(coupon.id, {
      ...coupon,
      usageCount: Math.max(0, coupon.usageCount + by),
      usedBy,
    })
  }
}
