import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeTemplate } from '../compose-template.ts'
import { wordDay, wordPercent } from '../compose-wording.ts'
import type { Composing } from '../composing.ts'
import { loadPercentBps } from './percent-store.ts'

/** A coupon of the person's own, which exists in the shop by now; `lastDay` is the last day on which it is good ('2026-12-04'). */
export async function composeLoyaltyReward(
  sql: Sql,
  about: Composing,
  coupon: { code: string; lastDay: string },
): Promise<Content> {
  const percentBps = await loadPercentBps(sql, about.shop.id, coupon.code)
  const content = composeTemplate(about, {
    name: 'loyalty_reward',
    shown: undefined,
    leadsTo: null,
    valuesIn: (language) => ({
      percent: wordPercent(percentBps, language),
      coupon_code: coupon.code,
      last_day: wordDay(coupon.lastDay, language),
    }),
  })
  return { ...content, couponCode: coupon.code }
}
