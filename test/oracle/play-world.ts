import { pino } from 'pino'
import { runDaily } from '../../src/campaigns/daily/run-daily.ts'
import { planCampaigns } from '../../src/campaigns/plan-campaigns.ts'
import type { PlannerDeps } from '../../src/campaigns/planner.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { buildWorld } from './build-world.ts'
import { runDaily as runDailyByTheRules } from './daily-run.ts'
import { describeWorld, findDifferences, readLog } from './describe-log.ts'
import type { Draft } from './generate-world.ts'
import { approveInDatabase, happen, settleByTheRules, settleInDatabase } from './happen.ts'
import { plan } from './plan.ts'
import type { Moment, World } from './world.ts'
import { removeWorld, rewriteInputs, writeWorld } from './write-world.ts'

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })

/** Reasons that candidacies were given, and how often: what a comparison has covered. */
export type Reasons = Map<string, number>

/** Lets planners and rules go through the same story. Returns what they disagree on, with the moment; nothing when they agree throughout. */
export async function playWorld(
  db: Database,
  draft: Draft,
  number: number,
  reasons: Reasons = new Map(),
): Promise<string[]> {
  const world = buildWorld(draft, number)
  let now = draft.now
  await removeWorld(db, world)
  await writeWorld(db, world, now)
  try {
    let differences = await planBoth(db, world, { now, isDaily: draft.isDaily })
    countReasons(world, reasons)
    for (const step of draft.steps) {
      if (differences.length > 0) break
      now += step.advance
      settleByTheRules(world, step.outcome, now)
      await settleInDatabase(db, world.shop.id, step.outcome, now)
      happen(world, step, now)
      world.isShopAway = step.isShopAway
      if (step.event === 'approved') await approveInDatabase(db, world.shop.id, now)
      await rewriteInputs(db, world, now)
      differences = await planBoth(db, world, { now, isDaily: step.isDaily })
      countReasons(world, reasons)
    }
    return differences
  } finally {
    await removeWorld(db, world)
  }
}

function countReasons(world: World, reasons: Reasons): void {
  for (const { reason } of world.candidacies)
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
}

async function planBoth(
  db: Database,
  world: World,
  at: { now: Moment; isDaily: boolean },
): Promise<string[]> {
  if (at.isDaily) runDailyByTheRules(world, at.now)
  plan(world, at.now)
  await planInDatabase(db, world, at)
  const differences = findDifferences(describeWorld(world), await readLog(db, world.shop.id))
  return differences.map((line) => `${new Date(at.now).toISOString()}${at.isDaily ? ' daily' : ''} ${line}`)
}

async function planInDatabase(
  db: Database,
  world: World,
  at: { now: Moment; isDaily: boolean },
): Promise<void> {
  const deps: PlannerDeps = {
    db,
    clock: createStandingClock(new Date(at.now)),
    random: systemRandom,
    log,
    wake: () => undefined,
    rereadProducts: (_, productIds) => Promise.resolve(new Set(world.isShopAway ? [] : productIds)),
  }
  if (at.isDaily) await runDaily(deps, world.shop.id, new Date(at.now), { peopleAtOnce: 3 })
  while ((await planCampaigns(deps)) > 0);
}
