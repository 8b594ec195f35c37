import type { Sql, Tx } from '../platform/database.ts'
import type { Fault } from '../platform/errors.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
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

/** Retention that is too short for one of the shop's campaigns. */
export async function findCampaignConflicts(
  tx: Tx | Sql,
  shopId: number,
  { retention }: ShopSettings,
): Promise<Fault[]> {
  const campaigns = await listCampaigns(tx, shopId)
  return campaigns.flatMap((campaign) =>
    lookBacks(readCampaignRules(campaign).settings)
      .filter(({ days, kept }) => days > retention[kept])
      .map(({ name, days, kept }) => ({
        where: `retention.${kept}`,
        message: `must be at least ${days}: ${campaign.kind} looks back so far (its ${name})`,
      })),
  )
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
