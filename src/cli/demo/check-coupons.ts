import type { Journal } from './journal.ts'
import type { Play } from './play.ts'

/** The shop holds exactly the coupons that people were given, each good once. */
export function checkCoupons({ teller, stage }: Play, journal: Journal): void {
  const inShop = stage.sandbox.shop.coupons()
  const given = journal.told.flatMap(({ couponCode }) =>
    couponCode === null ? [] : [couponCode.toLowerCase()],
  )
  const used = journal.bought
    .filter(({ isCancelled }) => !isCancelled)
    .flatMap(({ couponCodes }) => couponCodes)
  teller.claim(`${given.length} coupons were given, each its own and in the shop; no other is there`, [
    ...given.filter((code, at) => given.indexOf(code) !== at).map((code) => `given twice: ${code}`),
    ...given
      .filter((code) => inShop.every((coupon) => coupon.code !== code))
      .map((code) => `not in the shop: ${code}`),
    ...inShop.filter(({ code }) => !given.includes(code)).map(({ code }) => `given to nobody: ${code}`),
  ])
  teller.claim(`${used.length} of them were used, none twice`, [
    ...used.filter((code, at) => used.indexOf(code) !== at).map((code) => `used twice: ${code}`),
    ...inShop
      .filter(({ code, usageCount }) => usageCount !== used.filter((one) => one === code).length)
      .map(({ code, usageCount }) => `${code}: the shop counts ${usageCount} uses`),
    ...(used.length === 0 ? ['nobody used any'] : []),
  ])
}
