import { expect, test } from 'vitest'
import { replayCampaigns, type Replay } from '../../src/campaigns/replay/replay-campaigns.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { days, end, log, playDays, type PlayedDays } from '../campaigns/replay-days.ts'

const replay = (world: PlayedDays, lastDays: number): Promise<Replay> =>
  replayCampaigns(
    { db: world.db, random: createSeededRandom(99), log },
    { shopId: world.shopId, days: lastDays, now: end, changes: {}, limit: 100, maximumMs: 600_000 },
  )

test.each([2, 3, 4, 5, 6, 7, 8, 9])(
  'nine days drawn by %i, decided again, come to what happened',
  async (seed) => {
    await using world = await playDays(seed)
    const whole = await replay(world, days)
    expect(whole.outcomes.length).toBeGreaterThan(6)
    expect(whole.differences).toEqual({ count: 0, first: [] })
    // In the middle of it all a few things are under way of which the log keeps the end only (docs/campaigns.md).
    const part = await replay(world, 4)
    const decisions = part.outcomes.reduce((sum, one) => sum + one.happened, 0)
    expect(decisions).toBeGreaterThan(30)
    expect(part.differences.count).toBeLessThanOrEqual(decisions * 0.05)
  },
)
