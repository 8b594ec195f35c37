import { backInStock } from './back-in-stock/kind.ts'
import { browseReminder } from './browse-reminder/kind.ts'
import type { CampaignKind } from './kind.ts'
import { loyaltyReward } from './loyalty-reward/kind.ts'
import { newArrivals } from './new-arrivals/kind.ts'
import { priceDrop } from './price-drop/kind.ts'
import { weMissYou } from './we-miss-you/kind.ts'

/** Kinds are registered here; a new one is a folder and a line. */
export const campaignKinds = {
  back_in_stock: backInStock,
  price_drop: priceDrop,
  loyalty_reward: loyaltyReward,
  new_arrivals: newArrivals,
  browse_reminder: browseReminder,
  we_miss_you: weMissYou,
} satisfies Record<string, CampaignKind>

export type CampaignKindName = keyof typeof campaignKinds

export function isCampaignKind(kind: string): kind is CampaignKindName {
  return Object.hasOwn(campaignKinds, kind)
}

export function kindOf(name: CampaignKindName): CampaignKind {
  return campaignKinds[name]
}
