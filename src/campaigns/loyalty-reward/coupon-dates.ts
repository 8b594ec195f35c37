import { DateTime } from 'luxon'

/** `lastDay` is what is printed (YYYY-MM-DD in the shop's zone); the coupon is good until that day is over. */
export interface CouponDates {
  lastDay: string
  expiresAt: Date
}

/** From `now` the coupon is good for the rest of today and this many whole days of the shop's zone. */
export function couponDatesFrom(now: Date, timeZone: string, days: number): CouponDates {
  const lastDay = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day').plus({ days })
  return {
    lastDay: lastDay.toFormat('yyyy-MM-dd'),
    expiresAt: lastDay.plus({ days: 1 }).startOf('day').toJSDate(),
  }
}

const dayMs = 86_400_000

/** Whether somebody who is told now has (nearly) all the days they are promised. */
export function isGoodForLong(expiresAt: Date, now: Date, days: number): boolean {
  return expiresAt.getTime() - now.getTime() >= Math.max(days - 1, days / 2) * dayMs
}
