import { expect, test } from 'vitest'
import { replayCampaigns } from '../../src/campaigns/replay/replay-campaigns.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { days, end, log, playDays } from '../campaigns/replay-days.ts'

test.each([2, 3, 4, 5, 6, 7, 8, 9])(
  'nine days drawn by %i, decided again, come to what happened',
  async (seed) => {
    await using world = await playDays(seed)
    const deps = { db: world.db, random: createSeededRandom(3), log }
    for (const lastDays of [days, 4]) {
      const replayed = await replayCampaigns(deps, {
        shopId: world.shopId,
        days: lastDays,
        now: end,
        changes: {},
        limit: 100,
        maximumMs: 600_000,
      })
      expect(replayed.outcomes.length).toBeGreaterThan(3)
      expect(replayed.differences).toEqual({ count: 0, first: [] })
    }
  },
)
