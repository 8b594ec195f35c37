import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { Composed, Composing } from '../composing.ts'
import type { CampaignKind } from '../kind.ts'
import type { Tx } from '../../platform/database.ts'
import { values } from '../value.ts'
import { composeLoyaltyReward } from './compose.ts'
import { proposeMinSpent } from './propose.ts'
import { readyCoupons, type ReadyCoupon } from './ready-coupon.ts'
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
  compose: composeWithCoupons,
}

// The coupon is made last, when the message is about to go, and off the paced slot: until it is there, the message steps aside.
async function composeWithCoupons(tx: Tx, abouts: readonly Composing[]): Promise<Composed[]> {
  const [any] = abouts
  if (any === undefined) return []
  const { shop, now, wake } = any
  const settings = loyaltyRewardSettingsSchema.parse(any.settings)
  const coupons = await readyCoupons(
    tx,
    { shopId: shop.id, settings, timeZone: shop.timeZone, now, wake },
    abouts.map(({ candidacies, person }) => ({ candidacyId: candidacies[0].id, personId: person.personId })),
  )
  return abouts.map((about) => composeWith(about, coupons.get(about.candidacies[0].id)))
}

function composeWith(about: Composing, coupon: ReadyCoupon | undefined): Composed {
  switch (coupon?.kind) {
    case undefined:
      return { kind: 'suppress', reason: 'expired' }
    case 'ready':
      return composeLoyaltyReward(about, coupon)
    case 'wait':
      return { kind: 'defer', until: coupon.until, reason: 'coupon_pending' }
    case 'refused':
      return { kind: 'suppress', reason: coupon.reason }
  }
}
