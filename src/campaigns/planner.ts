import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'
import type { Shop } from '../shops/shop.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import type { CampaignKindName } from './campaign-kinds.ts'
import type { PlannedCampaign } from './campaign-terms.ts'

export interface PlannerDeps {
  db: Pick<Database, 'query' | 'execute' | 'transaction'>
  clock: Clock
  random: Random
  log: Logger
  wake: (lane: string) => void
  /** Reads products from the shop again and applies what it says; returns those of them that could be read. */
  rereadProducts: (shopId: number, productIds: readonly number[]) => Promise<ReadonlySet<number>>
}

/** One shop as it is at the beginning of a planning round. */
export interface Round {
  shop: Shop
  settings: ShopSettings
  campaigns: readonly PlannedCampaign[]
  phoneNumberId: number
}

export function campaignOf(round: Round, kind: CampaignKindName): PlannedCampaign | undefined {
  return round.campaigns.find((campaign) => campaign.kind === kind)
}

/** A campaign that is on, with the moment since which it is. */
export function findOn(
  round: Round,
  kind: CampaignKindName,
): (PlannedCampaign & { onSince: Date }) | undefined {
  const campaign = campaignOf(round, kind)
  return campaign?.isOn === true && campaign.onSince !== null
    ? { ...campaign, onSince: campaign.onSince }
    : undefined
}
