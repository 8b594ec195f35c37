import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { Composed, Composing } from '../composing.ts'
import type { CampaignKind } from '../kind.ts'
import type { Tx } from '../../platform/database.ts'
import { values } from '../value.ts'
import { composeLoyaltyReward } from './compose.ts'
import { proposeMinSpent } from './propose.ts'
import { readyCoupon } from './ready-coupon.ts'
import { loyaltyRewardSettingsSchema } from './settings.ts'

export const loyaltyReward: CampaignKind = {
  settingsSchema: loyaltyRewardSettingsSchema,
  values: { other: values.loyaltyReward },
  mayWait: true,
  groups: false,
  templates: ['loyalty_reward'],
  rampsUp: true,
  findMissing: (settings) =>
    loyaltyRewardSettingsSchema.parse(settings).minSpentMinor === null
      ? {
          field: 'minSpentMinor',
          message:
            'Say first how much somebody must have spent to be rewarded: there is no amount that suits every shop.',
        }
      : undefined,
  propose: async (sql, shopId, settings) => {
    const { minOrders } = loyaltyRewardSettingsSchema.parse(settings)
    const { minSpentMinor, buyers, rewarded } = await proposeMinSpent(sql, shopId, minOrders)
    return minSpentMinor === null
      ? undefined
      : {
          field: 'minSpentMinor',
          value: minSpentMinor,
          message: `Of the ${buyers} customers with at least ${minOrders} orders, ${rewarded} have spent as much.`,
        }
  },
  findStale: findStaleWinBacks,
  compose: composeWithCoupon,
}

// The coupon is made last, when the message is about to go, and off the paced slot: until it is there, the message steps aside.
async function composeWithCoupon(tx: Tx, about: Composing): Promise<Composed> {
  const [candidacy] = about.candidacies
  if (candidacy === undefined) return { kind: 'suppress', reason: 'expired' }
  const coupon = await readyCoupon(tx, {
    shopId: about.shop.id,
    candidacyId: candidacy.id,
    personId: about.person.personId,
    settings: loyaltyRewardSettingsSchema.parse(about.settings),
    timeZone: about.shop.timeZone,
    now: about.now,
    wake: about.wake,
  })
  switch (coupon.kind) {
    case 'ready':
      return composeLoyaltyReward(tx, about, coupon)
    case 'wait':
      return { kind: 'defer', until: coupon.until, reason: 'coupon_pending' }
    case 'refused':
      return { kind: 'suppress', reason: coupon.reason }
  }
}
