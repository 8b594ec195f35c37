import { slotsBetween } from '../../platform/slots.ts'
import { loadShop } from '../../shops/shop-store.ts'
import type { Tx } from '../../platform/database.ts'
import { isCampaignKind, kindOf } from '../campaign-kinds.ts'
import { loyaltyRewardSettingsSchema } from '../loyalty-reward/settings.ts'
import { newArrivalsSettingsSchema } from '../new-arrivals/settings.ts'
import { loadRound } from '../load-round.ts'
import { campaignOf, findOn, type Round } from '../planned-campaign.ts'
import type { PlannerDeps } from '../planner.ts'
import { takeSteps } from '../take-steps.ts'
import {
  addProgress,
  findDailyRun,
  finishDailyRun,
  holdBack,
  openDailyRun,
  takeSlice,
  type DailyRun,
} from './run-store.ts'
import { considerWinBacks, type DailyChoice } from './win-back-store.ts'

const dayMs = 86_400_000

/**
 * The daily run of a shop: considers everybody, slice by slice, and lets the arbiter have the candidacies. Cut off, it goes on with the
 * slices that are left (continueDaily); a slot's second call changes nothing.
 */
export async function runDaily(
  deps: PlannerDeps,
  shopId: number,
  slot: Date,
  size: { peopleAtOnce?: number } = {},
): Promise<void> {
  await deps.db.transaction((tx) => openDailyRun(tx, { shopId, slot, now: deps.clock.now(), ...size }))
  const round = await loadRound(deps, await loadShop(deps.db, shopId))
  if (round !== undefined) await continueDaily(deps, round)
}

/** Goes on with a shop's daily run under way, to its end, beside any other planner. Returns how many things it did. */
export async function continueDaily(deps: PlannerDeps, round: Round): Promise<number> {
  const run = await findDailyRun(deps.db, round.shop.id)
  if (run === undefined) return 0
  const slices = await takeSteps(deps.atOnce ?? 1, () =>
    deps.db.transaction(async (tx) => ((await considerSlice(deps, tx, { round, run })) ? 1 : undefined)),
  )
  const isDone = await deps.db.transaction(async (tx) => {
    const now = deps.clock.now()
    if (!(await finishDailyRun(tx, run.id, now))) return false
    await rampUp(tx, round, run, now)
    return true
  })
  if (isDone) deps.wake('campaigns')
  return slices + (isDone ? 1 : 0)
}

/** Whether there was a slice left to look at. */
async function considerSlice(
  deps: PlannerDeps,
  tx: Tx,
  { round, run }: { round: Round; run: DailyRun },
): Promise<boolean> {
  const slice = await takeSlice(tx, run.id)
  if (slice === undefined) return false
  const now = deps.clock.now()
  const result = await considerWinBacks(tx, toChoice(round, now), slice)
  let considered = result.considered
  for (const campaign of round.campaigns) {
    const considerDaily = isCampaignKind(campaign.kind) ? kindOf(campaign.kind).considerDaily : undefined
    const on = findOn(round, campaign.kind)
    if (on !== undefined && considerDaily !== undefined)
      considered += await considerDaily(tx, { ...round, campaign: on, now, ...slice })
  }
  await addProgress(tx, run.id, { ...result, considered })
  deps.log.info(
    { shopId: round.shop.id, upTo: slice.lastId, inactive: result.inactive, considered },
    'daily run: a slice of people considered',
  )
  return true
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
