import type { Content } from '../../outbox/message.ts'
import { composeTemplate } from '../compose-template.ts'
import { wordDay, wordPercent } from '../compose-wording.ts'
import type { Composing } from '../composing.ts'

/**
 * A coupon of the person's own, which exists in the shop by now. `percentBps`: what it takes off, as it was made; `lastDay`: the last day
 * on which it is good ('2026-12-04').
 */
export function composeLoyaltyReward(
  about: Composing,
  coupon: { code: string; percentBps: number; lastDay: string },
): Content {
  const content = composeTemplate(about, {
    name: 'loyalty_reward',
    shown: undefined,
    leadsTo: null,
    valuesIn: (language) => ({
      percent: wordPercent(coupon.percentBps, language),
      coupon_code: coupon.code,
      last_day: wordDay(coupon.lastDay, language),
    }),
  })
  return { ...content, couponCode: coupon.code }
}
