import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database.ts'
import type { Random } from '../../platform/random.ts'
import { sendLane } from '../../outbox/enqueue-message.ts'
import { loadShop, loadShopSettings } from '../../shops/shop-store.ts'
import { loadCampaign } from '../campaign-store.ts'
import { considerAudience, endWaiting, hasWaiting, loadInterestTargets } from './candidacy-store.ts'
import { loadItem } from './item-store.ts'
import {
  claimRun,
  endWave,
  finishRun,
  listDueRuns,
  loadCycle,
  openRuns,
  postponeRun,
  saveWaveProgress,
  startRun,
  type Cycle,
  type Run,
} from './run-store.ts'
import { backInStockSettingsSchema } from './settings.ts'
import { takeSlice, type WaveContext } from './take-slice.ts'

export interface PlannerDeps {
  db: Database
  clock: Clock
  random: Random
  log: Logger
  wake: (lane: string) => void
  /** Reads the product from the shop again and applies what it says; false when the shop does not answer. */
  rereadProduct: (shopId: number, productId: number) => Promise<boolean>
}

type Step = 'more' | 'done' | 'taken'

const unavailableRetryMs = 5 * 60_000
const minuteMs = 60_000
const dayMs = 86_400_000

/**
 * One round of the lane `campaigns`: starts runs for cycles that opened, and takes each due run one wave further. Returns how many
 * things it did. Safe beside other planners: a run is worked on by one at a time, and people's budgets are locked.
 */
export async function planDueRuns(deps: PlannerDeps): Promise<number> {
  let handled = await openRuns(deps.db, deps.clock.now())
  for (const run of await listDueRuns(deps.db, deps.clock.now(), 20)) handled += await planRun(deps, run)
  return handled
}

async function planRun(deps: PlannerDeps, run: Run): Promise<number> {
  const now = deps.clock.now()
  if (now < run.expiresAt && !(await deps.rereadProduct(run.shopId, run.productId))) {
    await postponeRun(deps.db, run.id, new Date(now.getTime() + unavailableRetryMs), 'shop_unavailable')
    return 1
  }
  for (let steps = 0; ; steps++) {
    // A slice is a transaction of its own: budgets are locked in id order within it, and never across two of them.
    const step = await deps.db.transaction((tx) => takeStep(deps, tx, run.id))
    if (step !== 'more') return step === 'taken' && steps === 0 ? 0 : 1
  }
}

async function takeStep(deps: PlannerDeps, tx: Tx, runId: number): Promise<Step> {
  const run = await claimRun(tx, runId)
  if (run === undefined) return 'taken'
  const now = deps.clock.now()
  const cycle = await loadCycle(tx, run.cycleId)
  const campaign = await loadCampaign(tx, run.campaignId)
  if (cycle.closedAt !== null) return endRun(tx, run, { state: 'suppressed', reason: 'sold_out_again', now })
  if (now >= run.expiresAt) return endRun(tx, run, { state: 'expired', reason: 'expired', now })
  if (!campaign.isOn) return endRun(tx, run, { state: 'suppressed', reason: 'campaign_off', now })
  if (run.nextWaveAt > now) return 'taken'

  const context: WaveContext = {
    run,
    settings: backInStockSettingsSchema.parse(campaign.settings),
    shop: await loadShop(tx, run.shopId),
    shopSettings: await loadShopSettings(tx, run.shopId),
    now,
  }
  if (run.state === 'running') return takeWaveFurther(deps, tx, context)
  await consider(tx, context, cycle, campaign.settingsVersion)
  await startRun(tx, run.id)
  return 'more'
}

async function takeWaveFurther(deps: PlannerDeps, tx: Tx, context: WaveContext): Promise<Step> {
  const { run, settings } = context
  const item = await loadItem(tx, run.productId)
  if (!item.isSellable) return closeWave(deps, tx, context, { told: 0, wakesAt: null })
  const limit =
    item.quantity === null ? Number.POSITIVE_INFINITY : Math.max(0, item.quantity) * settings.perUnit
  const slice = await takeSlice(deps, tx, context, limit)
  if (slice.isLast) return closeWave(deps, tx, context, slice)
  await saveWaveProgress(tx, run.id, slice)
  return 'more'
}

async function closeWave(
  deps: PlannerDeps,
  tx: Tx,
  { run, settings, now }: WaveContext,
  wave: { told: number; wakesAt: Date | null },
): Promise<Step> {
  if (await hasWaiting(tx, run.id)) {
    const nextWave = new Date(now.getTime() + settings.waveMinutes * minuteMs)
    await endWave(tx, run.id, {
      told: wave.told,
      nextWaveAt: wave.told > 0 ? nextWave : (wave.wakesAt ?? nextWave),
    })
  } else {
    await finishRun(tx, run.id, { reason: 'all_told', now })
  }
  if (wave.told > 0) tx.afterCommit(() => deps.wake(sendLane))
  deps.log.info({ runId: run.id, productId: run.productId, told: wave.told }, 'back in stock: wave planned')
  return 'done'
}

async function endRun(
  tx: Tx,
  run: Run,
  end: { state: 'suppressed' | 'expired'; reason: string; now: Date },
): Promise<Step> {
  await endWaiting(tx, run.id, end)
  await finishRun(tx, run.id, end)
  return 'done'
}

async function consider(tx: Tx, context: WaveContext, cycle: Cycle, settingsVersion: number): Promise<void> {
  const { run, settings, shopSettings, now } = context
  const outMs =
    cycle.outSince === null ? Number.POSITIVE_INFINITY : cycle.openedAt.getTime() - cycle.outSince.getTime()
  await considerAudience(tx, {
    shopId: run.shopId,
    campaignId: run.campaignId,
    runId: run.id,
    cycleId: run.cycleId,
    productId: run.productId,
    targets: await loadInterestTargets(tx, run.productId),
    openedAt: cycle.openedAt,
    interestSince: new Date(cycle.openedAt.getTime() - settings.interestDays * dayMs),
    repeatSince: new Date(now.getTime() - settings.repeatDays * dayMs),
    expiresAt: run.expiresAt,
    settingsVersion,
    rules: settings,
    isShortSpell: outMs < settings.minOutMinutes * minuteMs,
    marketingToUs: shopSettings.sending.marketingToUs,
    now,
  })
}
