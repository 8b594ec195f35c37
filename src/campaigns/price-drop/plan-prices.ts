import { campaignOf, findOn, type Round } from '../planned-campaign.ts'
import type { PlannerDeps } from '../planner.ts'
import { considerAudience } from './candidacy-store.ts'
import {
  claimRuns,
  endOverRuns,
  holdRuns,
  listDueRuns,
  openRuns,
  postponeRuns,
  startRuns,
  type PriceCampaign,
} from './run-store.ts'
import { takeSteps } from '../take-steps.ts'
import { priceDropSettingsSchema } from './settings.ts'

const runsAtOnce = 500
const unavailableRetryMs = 5 * 60_000

/**
 * Starts runs for prices that fell and writes their audiences, once the price has held and the shop has been asked again. The candidacies
 * are arbitrated with all others. Returns how many runs it dealt with.
 */
export async function planPrices(deps: PlannerDeps, round: Round): Promise<number> {
  const known = campaignOf(round, 'price_drop')
  if (known === undefined) return 0
  const now = deps.clock.now()
  let handled = await deps.db.transaction((tx) =>
    endOverRuns(tx, { campaignId: known.id, isOn: known.isOn }, now),
  )
  const on = findOn(round, 'price_drop')
  if (on === undefined) return handled
  const campaign: PriceCampaign = {
    shopId: round.shop.id,
    campaignId: on.id,
    onSince: on.onSince,
    settings: priceDropSettingsSchema.parse(on.settings),
    settingsVersion: on.settingsVersion,
  }
  handled += await openRuns(deps.db, campaign, now)
  handled += await holdRuns(deps.db, campaign, round.settings.brakes, now)
  for (;;) {
    const done = await considerSome(deps, round, { ...campaign, audience: on.audience })
    if (done === 0) return handled
    handled += done
  }
}

async function considerSome(
  deps: PlannerDeps,
  round: Round,
  campaign: PriceCampaign & Pick<Round['campaigns'][number], 'audience'>,
): Promise<number> {
  const now = deps.clock.now()
  const atOnce = deps.atOnce ?? 1
  const due = await listDueRuns(deps.db, campaign.campaignId, now, runsAtOnce * atOnce)
  if (due.length === 0) return 0
  const readable = await deps.rereadProducts(
    round.shop.id,
    due.map(({ productId }) => productId),
  )
  const unread = due.filter(({ productId }) => !readable.has(productId)).map(({ runId }) => runId)
  const until = new Date(now.getTime() + unavailableRetryMs)
  await postponeRuns(deps.db, unread, until, 'shop_unavailable')
  const read = due.filter(({ productId }) => readable.has(productId)).map(({ runId }) => runId)
  const parts = Array.from({ length: atOnce }, (_, part) => read.filter((__, at) => at % atOnce === part))
  const started = await takeSteps(atOnce, async () => {
    const runIds = parts.pop()
    return runIds === undefined ? undefined : start(deps, round, campaign, runIds)
  })
  // What another planner has taken is none of ours: looking again at once would find the same.
  return started + unread.length
}

/** Writes the audiences of those that no other planner has. Returns how many. */
function start(
  deps: PlannerDeps,
  round: Round,
  campaign: PriceCampaign & Pick<Round['campaigns'][number], 'audience'>,
  readRunIds: readonly number[],
): Promise<number> {
  const now = deps.clock.now()
  return deps.db.transaction(async (tx) => {
    const runIds = await claimRuns(tx, readRunIds)
    if (runIds.length === 0) return 0
    await considerAudience(tx, { ...campaign, shopSettings: round.settings, now }, runIds)
    await startRuns(tx, runIds)
    return runIds.length
  })
}
