import { HubError } from '../platform/errors.ts'
import { audienceSchema, variantsSchema, type Audience, type Variants } from './audience.ts'
import { campaignKinds, isCampaignKind, kindOf, type CampaignKindName } from './campaign-kinds.ts'
import type { Campaign } from './campaign-store.ts'

/** What a campaign goes by, every default filled in. */
export interface CampaignRulesRead {
  settings: Record<string, unknown>
  audience: Audience
  holdoutBps: number
  variants: Variants
}

export function readCampaignRules(campaign: Campaign): CampaignRulesRead {
  const { settingsSchema } = kindOf(kindNamed(campaign.kind))
  return {
    settings: settingsSchema.parse(campaign.settings) as Record<string, unknown>,
    audience: audienceSchema.parse(campaign.audience),
    holdoutBps: campaign.holdoutBps,
    variants: variantsSchema.parse(campaign.variants),
  }
}

/** Throws HubError `kind_unknown`, which names those that there are. */
export function kindNamed(name: string): CampaignKindName {
  if (isCampaignKind(name)) return name
  throw new HubError('kind_unknown', `There is no campaign "${name}".`, {
    advice: `There are: ${Object.keys(campaignKinds).join(', ')}.`,
  })
}
