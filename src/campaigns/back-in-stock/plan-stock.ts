import { sendLane } from '../../outbox/enqueue-message.ts'
import type { Tx } from '../../platform/database.ts'
import { arbitrate, type ArbiterContext, type Arbitrated } from '../arbiter/arbitrate.ts'
import { campaignOf, findOn, type Round } from '../planned-campaign.ts'
import type { PlannerDeps } from '../planner.ts'
import { considerAudience } from './candidacy-store.ts'
import { claimNewRuns, endOverRuns, holdRuns, openRuns, startRuns, type StockCampaign } from './run-store.ts'
import { takeSteps } from '../take-steps.ts'
import { backInStockSettingsSchema } from './settings.ts'
import {
  beginWaves,
  claimWaves,
  countTold,
  endWaves,
  listDueWaves,
  listNextOfWaves,
  postponeWaves,
} from './wave-store.ts'

const runsAtOnce = 100
const sliceSize = 3_000
const unavailableRetryMs = 5 * 60_000

/**
 * Starts runs for cycles that opened, writes their audiences, and takes every wave that is due as far as it goes. Returns how many things
 * it did. Safe beside other planners: runs and candidacies are locked by one at a time, and so are people's budgets.
 */
export async function planStock(deps: PlannerDeps, round: Round): Promise<number> {
  const known = campaignOf(round, 'back_in_stock')
  if (known === undefined) return 0
  const now = deps.clock.now()
  let handled = await deps.db.transaction((tx) =>
    endOverRuns(tx, { campaignId: known.id, isOn: known.isOn }, now),
  )
  const on = findOn(round, 'back_in_stock')
  if (on === undefined) return handled
  const campaign: StockCampaign = {
    shopId: round.shop.id,
    campaignId: on.id,
    onSince: on.onSince,
    settings: backInStockSettingsSchema.parse(on.settings),
    settingsVersion: on.settingsVersion,
  }
  handled += await openRuns(deps.db, campaign, now)
  handled += await holdRuns(deps.db, campaign, round.settings.brakes, now)
  handled += await considerNewRuns(deps, round, { ...campaign, audience: on.audience })
  return handled + (await takeWaves(deps, round, campaign))
}

async function considerNewRuns(
  deps: PlannerDeps,
  round: Round,
  campaign: StockCampaign & Pick<Round['campaigns'][number], 'audience'>,
): Promise<number> {
  const now = deps.clock.now()
  return takeSteps(deps.atOnce ?? 1, () =>
    deps.db.transaction(async (tx) => {
      const runIds = await claimNewRuns(tx, campaign.campaignId, now, runsAtOnce)
      if (runIds.length === 0) return undefined
      await considerAudience(tx, { ...campaign, shopSettings: round.settings, now }, runIds)
      await startRuns(tx, runIds)
      return runIds.length
    }),
  )
}

async function takeWaves(deps: PlannerDeps, round: Round, campaign: StockCampaign): Promise<number> {
  const now = deps.clock.now()
  const due = await listDueWaves(deps.db, campaign.campaignId, now, 1_000)
  if (due.length > 0) {
    const readable = await deps.rereadProducts(
      round.shop.id,
      due.map(({ productId }) => productId),
    )
    const unread = due.filter(({ productId }) => !readable.has(productId))
    await postponeWaves(
      deps.db,
      unread.map(({ runId }) => runId),
      new Date(now.getTime() + unavailableRetryMs),
      'shop_unavailable',
    )
    // What was read again may have sold out: its cycle is closed now.
    await deps.db.transaction((tx) => endOverRuns(tx, { campaignId: campaign.campaignId, isOn: true }, now))
    await beginWaves(
      deps.db,
      due.filter(({ productId }) => readable.has(productId)).map(({ runId }) => runId),
      { perUnit: campaign.settings.perUnit, now },
    )
  }
  return due.length + (await takeSteps(deps.atOnce ?? 1, () => takeSlice(deps, round, campaign)))
}

/** One slice of the waves under way, a transaction of its own: budgets are locked in id order within it, never across two of them. */
function takeSlice(deps: PlannerDeps, round: Round, campaign: StockCampaign): Promise<number | undefined> {
  const now = deps.clock.now()
  return deps.db.transaction(async (tx) => {
    const runIds = await claimWaves(tx, campaign.campaignId, runsAtOnce)
    if (runIds.length === 0) return undefined
    const next = await listNextOfWaves(tx, runIds, now, sliceSize)
    const { reserved } = await tell(deps, tx, { ...round, now }, next)
    await countTold(tx, countByRun(reserved))
    const ended = await endWaves(tx, runIds, { minutes: campaign.settings.waveMinutes, now })
    if (reserved.length > 0) tx.afterCommit(() => deps.wake(sendLane))
    for (const { runId, productId, told } of ended)
      deps.log.info({ runId, productId, told }, 'back in stock: wave planned')
    const done = next.length + ended.length
    return done === 0 ? undefined : done
  })
}

/**
 * The same people wait for many products: those whom a slice beside this one has are left for the next, in which they come first again.
 * When it has them all, it is waited for.
 */
async function tell(
  deps: PlannerDeps,
  tx: Tx,
  context: ArbiterContext,
  next: readonly number[],
): Promise<Arbitrated> {
  if (next.length === 0) return { reserved: [], decided: 0 }
  const told = await arbitrate(tx, deps, { ...context, skipTaken: true }, next)
  return told.decided > 0 ? told : arbitrate(tx, deps, context, next)
}

function countByRun(reserved: readonly { runId: number | null }[]): { runId: number; people: number }[] {
  const people = new Map<number, number>()
  for (const { runId } of reserved) if (runId !== null) people.set(runId, (people.get(runId) ?? 0) + 1)
  return [...people].map(([runId, count]) => ({ runId, people: count }))
}
