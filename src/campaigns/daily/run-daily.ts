import { slotsBetween } from '../../platform/slots.ts'
import { loadShop } from '../../shops/shop-store.ts'
import type { Tx } from '../../platform/database.ts'
import { isCampaignKind, kindOf } from '../campaign-kinds.ts'
import { loyaltyRewardSettingsSchema } from '../loyalty-reward/settings.ts'
import { newArrivalsSettingsSchema } from '../new-arrivals/settings.ts'
import { loadRound } from '../load-round.ts'
import { campaignOf, findOn, type Round } from '../planned-campaign.ts'
import type { PlannerDeps } from '../planner.ts'
import {
  claimDailyRun,
  finishDailyRun,
  holdBack,
  openDailyRun,
  saveProgress,
  type DailyRun,
} from './run-store.ts'
import { considerWinBacks, type DailyChoice } from './win-back-store.ts'

const peopleAtOnce = 100_000
const dayMs = 86_400_000

/**
 * The daily run of a shop: considers everybody, slice by slice, and lets the arbiter have the candidacies. Cut off, it goes on where it
 * stopped (continueDaily); a slot's second call changes nothing.
 */
export async function runDaily(deps: PlannerDeps, shopId: number, slot: Date): Promise<void> {
  await deps.db.transaction((tx) => openDailyRun(tx, shopId, slot, deps.clock.now()))
  const round = await loadRound(deps, await loadShop(deps.db, shopId))
  if (round !== undefined) await continueDaily(deps, round)
}

/** Goes on with a shop's daily run under way, to its end. Returns how many slices it took. */
export async function continueDaily(deps: PlannerDeps, round: Round): Promise<number> {
  for (let slices = 0; ; slices++) {
    const step = await deps.db.transaction((tx) => takeStep(deps, tx, round))
    if (step === 'none') return slices
    if (step === 'done') {
      deps.wake('campaigns')
      return slices + 1
    }
  }
}

async function takeStep(deps: PlannerDeps, tx: Tx, round: Round): Promise<'more' | 'done' | 'none'> {
  const run = await claimDailyRun(tx, round.shop.id)
  if (run === undefined) return 'none'
  const now = deps.clock.now()
  const slice = { afterId: run.cursor, limit: peopleAtOnce }
  const result = await considerWinBacks(tx, toChoice(round, now), slice)
  if (result.lastId === null) {
    await rampUp(tx, round, run, now)
    await finishDailyRun(tx, run.id, now)
    return 'done'
  }
  let considered = result.considered
  for (const campaign of round.campaigns) {
    const considerDaily = isCampaignKind(campaign.kind) ? kindOf(campaign.kind).considerDaily : undefined
    const on = findOn(round, campaign.kind)
    if (on !== undefined && considerDaily !== undefined)
      considered += await considerDaily(tx, { ...round, campaign: on, now, ...slice, lastId: result.lastId })
  }
  await saveProgress(tx, run.id, { ...result, cursor: result.lastId, considered })
  deps.log.info(
    { shopId: round.shop.id, upTo: result.lastId, inactive: result.inactive, considered },
    'daily run: a slice of people considered',
  )
  return 'more'
}

function toChoice(round: Round, now: Date): DailyChoice {
  const loyalty = findOn(round, 'loyalty_reward')
  const arrivals = findOn(round, 'new_arrivals')
  return {
    shop: round.shop,
    settings: round.settings,
    backInStock: findOn(round, 'back_in_stock'),
    priceDrop: findOn(round, 'price_drop'),
    loyaltyReward:
      loyalty === undefined
        ? undefined
        : { ...loyalty, rules: loyaltyRewardSettingsSchema.parse(loyalty.settings) },
    newArrivals:
      arrivals === undefined
        ? undefined
        : { ...arrivals, rules: newArrivalsSettingsSchema.parse(arrivals.settings) },
    weMissYou: findOn(round, 'we_miss_you'),
    winBackIds: (['loyalty_reward', 'new_arrivals', 'we_miss_you'] as const).flatMap(
      (kind) => campaignOf(round, kind)?.id ?? [],
    ),
    now,
  }
}

async function rampUp(tx: Tx, round: Round, run: DailyRun, now: Date): Promise<void> {
  const { winBack, dailyRun } = round.settings
  const from = new Date(Math.max(run.slot.getTime(), now.getTime()))
  const [nextSlot] = slotsBetween(
    { dailyAt: dailyRun.at },
    round.shop.timeZone,
    from,
    new Date(from.getTime() + 2 * dayMs),
  )
  if (nextSlot === undefined) return
  for (const { kind } of round.campaigns) {
    const on = findOn(round, kind)
    const isNew = on !== undefined && on.onSince.getTime() > now.getTime() - winBack.rampUpDays * dayMs
    if (!isNew || !on.rampsUp) continue
    await holdBack(tx, on.id, {
      shareBps: winBack.rampUpBps,
      perDay: winBack.rampUpPerDay,
      nextSlot,
      now,
    })
  }
}
