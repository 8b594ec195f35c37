import type { Shop } from '../shops/shop.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import type { CampaignTerms } from './arbiter/arbiter-store.ts'
import type { Audience, Variants } from './audience.ts'

/** A campaign as planning needs it. */
export interface PlannedCampaign extends CampaignTerms {
  /** A registered kind. */
  kind: string
  onSince: Date | null
  /** Of its kind, defaults filled in. */
  settings: unknown
  settingsVersion: number
  audience: Audience
  variants: Variants
  rampsUp: boolean
}

/** One shop as it is at the beginning of a planning round. */
export interface Round {
  shop: Shop
  settings: ShopSettings
  campaigns: readonly PlannedCampaign[]
  phoneNumberId: number
}

export function campaignOf(round: Round, kind: string): PlannedCampaign | undefined {
  return round.campaigns.find((campaign) => campaign.kind === kind)
}

/** A campaign that is on, with the moment since which it is. */
export function findOn(round: Round, kind: string): (PlannedCampaign & { onSince: Date }) | undefined {
  const campaign = campaignOf(round, kind)
  return campaign?.isOn === true && campaign.onSince !== null
    ? { ...campaign, onSince: campaign.onSince }
    : undefined
}
