import type { Sql, Tx } from '../platform/database.ts'
import type { Fault } from '../platform/errors.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import { isCampaignKind } from './campaign-kinds.ts'
import { readCampaignRules } from './campaign-rules.ts'
import { listCampaigns } from './campaign-store.ts'

// Settings by which kinds look back, and how long the shop keeps what they look at.
const memories = {
  everyDays: { kept: 'decisionDays', what: 'decisions' },
  repeatDays: { kept: 'decisionDays', what: 'decisions' },
  interestDays: { kept: 'viewDays', what: 'views' },
} as const

/** A campaign that looks back further than the shop keeps. */
export function findForgotten(settings: unknown, { retention }: ShopSettings): Fault[] {
  return lookBacks(settings)
    .filter(({ days, kept }) => days > retention[kept])
    .map(({ name, kept, what }) => ({
      where: `settings.${name}`,
      message: `must be at most ${retention[kept]}: ${what} are kept for so many days (retention.${kept})`,
    }))
}

/** Retention that is too short for one of the shop's campaigns, and budgets of campaigns that do not exist. */
export async function findCampaignConflicts(
  tx: Tx | Sql,
  shopId: number,
  { retention, sending }: ShopSettings,
): Promise<Fault[]> {
  const campaigns = await listCampaigns(tx, shopId)
  const short = campaigns.flatMap((campaign) =>
    lookBacks(readCampaignRules(campaign).settings)
      .filter(({ days, kept }) => days > retention[kept])
      .map(({ name, days, kept }) => ({
        where: `retention.${kept}`,
        message: `must be at least ${days}: ${campaign.kind} looks back so far (its ${name})`,
      })),
  )
  const unknown = Object.keys(sending.campaignBudgets).filter((kind) => !isCampaignKind(kind))
  return [
    ...short,
    ...unknown.map((kind) => ({
      where: `sending.campaignBudgets.${kind}`,
      message: 'is the budget of a campaign that does not exist',
    })),
  ]
}

function lookBacks(
  settings: unknown,
): { name: string; days: number; kept: 'decisionDays' | 'viewDays'; what: string }[] {
  const fields = settings as Readonly<Record<string, unknown>>
  return Object.entries(memories).flatMap(([name, memory]) => {
    const days = fields[name]
    return typeof days === 'number' ? [{ name, days, ...memory }] : []
  })
}
