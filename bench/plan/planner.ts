import pino from 'pino'
import { runDaily } from '../../src/campaigns/daily/run-daily.ts'
import { planCampaigns } from '../../src/campaigns/plan-campaigns.ts'
import type { PlannerDeps } from '../../src/campaigns/planner.ts'
import type { Database } from '../../src/platform/database.ts'
import { systemRandom } from '../../src/platform/random.ts'
import type { PlanCase } from './plan-cases.ts'

const shopId = 1

/** All that there is to plan at a moment, as the lanes would do it, without the sending. The shop answers at once that nothing has changed. */
export async function planAll(db: Database, { now, isDaily }: PlanCase): Promise<void> {
  const deps: PlannerDeps = {
    db,
    clock: { now: () => now },
    random: systemRandom,
    log: pino({ level: 'silent' }),
    wake: () => undefined,
    atOnce: 2,
    rereadProducts: (_, productIds) => Promise.resolve(new Set(productIds)),
  }
  if (isDaily) await runDaily(deps, shopId, now)
  while ((await planCampaigns(deps)) > 0);
}
