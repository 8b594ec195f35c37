import { estimateCost, type CostEstimate } from '../../outbox/message-price.ts'
import { createStandingClock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database.ts'
import { runDry, type DryDatabase } from '../../platform/dry-run.ts'
import { HubError } from '../../platform/errors.ts'
import type { Shop } from '../../shops/shop.ts'
import { loadShopSettings } from '../../shops/shop-store.ts'
import { refusal } from '../../shops/refusal.ts'
import { kindOf, type CampaignKindName } from '../campaign-kinds.ts'
import { readCampaignRules } from '../campaign-rules.ts'
import { findCampaign, type Campaign } from '../campaign-store.ts'
import { openDailyRun } from '../daily/run-store.ts'
import { planShop } from '../plan-campaigns.ts'
import type { PlannerDeps } from '../planner.ts'
import {
  countDecisions,
  countHeldRuns,
  listCountries,
  listDecisions,
  pretendOn,
  shadowBudgets,
  type PreviewedGroup,
  type PreviewedRow,
} from './preview-store.ts'

export interface PreviewDeps extends Pick<PlannerDeps, 'random' | 'log'> {
  db: Database
}

export interface PreviewQuestion {
  shop: Shop
  kind: CampaignKindName
  now: Date
  /** How many people to show one by one. */
  limit: number
}

export interface Preview {
  isOn: boolean
  /** What was decided, the most frequent first. `reserved`: would get it now. */
  groups: PreviewedGroup[]
  rows: PreviewedRow[]
  /** Of the messages that would go now. */
  cost: CostEstimate
  /** Runs that would wait, or wait already, for the merchant's yes. */
  heldRuns: number
}

const limits = { totalMs: 120_000, lockMs: 3_000 }

// Those whose occasions are stock and prices; all others are considered by the daily run.
const eventKinds: ReadonlySet<CampaignKindName> = new Set(['back_in_stock', 'price_drop'])

/**
 * Who would get what from a campaign now, who would not and why, and what it would cost: the planners themselves decide, in a transaction
 * that is undone. A campaign that is off is looked at as if it had been on all along; one of the daily run as if that were now. Throws
 * HubError `settings_refused` for one that lacks a setting, `dry_run_too_long`, `dry_run_in_the_way`.
 */
export async function previewCampaign(deps: PreviewDeps, question: PreviewQuestion): Promise<Preview> {
  const campaign = await findCampaign(deps.db, question.shop.id, question.kind)
  if (campaign === undefined)
    throw new HubError('campaign_missing', `This shop has no campaign "${question.kind}" yet.`)
  refuseIncomplete(campaign, question.kind)
  const { sending } = await loadShopSettings(deps.db, question.shop.id)
  return runDry(deps.db, limits, async (dry, tx) => {
    await shadowBudgets(tx)
    await plan(deps, question, { dry, tx, campaign })
    return {
      isOn: campaign.isOn,
      groups: await countDecisions(tx, campaign.id),
      rows: await listDecisions(tx, campaign.id, question.limit),
      cost: estimateCost(sending.prices, await listCountries(tx, campaign.id)),
      heldRuns: await countHeldRuns(tx, campaign.id),
    }
  })
}

function refuseIncomplete(campaign: Campaign, kind: CampaignKindName): void {
  const missing = kindOf(kind).findMissing?.(readCampaignRules(campaign).settings)
  if (missing !== undefined) throw refusal([{ where: `settings.${missing.field}`, message: missing.message }])
}

async function plan(
  deps: PreviewDeps,
  { shop, kind, now }: PreviewQuestion,
  { dry, tx, campaign }: { dry: DryDatabase; tx: Tx; campaign: Campaign },
): Promise<void> {
  if (!campaign.isOn) await pretendOn(tx, campaign.id)
  if (!eventKinds.has(kind)) await openDailyRun(tx, { shopId: shop.id, slot: now, now })
  const planner: PlannerDeps = {
    db: dry,
    clock: createStandingClock(now),
    random: deps.random,
    log: deps.log.child({}, { level: 'silent' }),
    wake: () => undefined,
    // What the hub last heard from the shop is taken as it is.
    rereadProducts: async (_shopId, productIds) => new Set(productIds),
  }
  await planShop(planner, shop)
}
