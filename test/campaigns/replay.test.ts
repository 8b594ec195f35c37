import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  replayCampaigns,
  type Replay,
  type ReplayQuestion,
} from '../../src/campaigns/replay/replay-campaigns.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { days, end, log, playDays, start, type PlayedDays } from './replay-days.ts'
import { digestTables } from './table-digests.ts'

const random = createSeededRandom(99)

// Others may be using the machine, and this is a few thousand rounds of planning.
describe('nine days decided again', { timeout: 180_000 }, () => {
  let world: PlayedDays
  beforeAll(async () => {
    world = await playDays(1)
  }, 180_000)
  afterAll(() => world[Symbol.asyncDispose]())

  const replay = (changes: ReplayQuestion['changes'], lastDays = days): Promise<Replay> =>
    replayCampaigns(
      { db: world.db, random, log },
      { shopId: world.shopId, days: lastDays, now: end, changes, limit: 1_000, maximumMs: 120_000 },
    )

  const told = (replayed: Replay, side: 'happened' | 'replayed'): number =>
    replayed.outcomes.filter((one) => one.outcome === 'told').reduce((sum, one) => sum + one[side], 0)

  // From the first day, and from the middle of it all: what was decided before stays.
  test.each([days, 5])('under the same settings the last %i come to what happened', async (lastDays) => {
    const before = await digestTables(world.db)
    const same = await replay({}, lastDays)
    expect(await digestTables(world.db)).toEqual(before)
    expect(same.differences).toEqual({ count: 0, first: [] })
    expect(same.outcomes.length).toBeGreaterThan(6)
    expect(told(same, 'happened')).toBeGreaterThan(4)
    for (const one of same.outcomes) expect(one.replayed, JSON.stringify(one)).toBe(one.happened)
  })

  test('under a cap twice as wide comes to what would have happened', async () => {
    const caps = { campaignEveryDays: 3, messagesPer30Days: 8, campaignsPer30DaysWithOpenAlert: 6 }
    const wider = await replay({ settings: { caps } })
    expect(told(wider, 'replayed')).toBeGreaterThan(told(wider, 'happened'))
    await using other = await playDays(1, caps)
    const happenedThere = await other.db.query<{
      kind: string
      outcome: string
      reason: string | null
      count: number
    }>(
      `select c.kind, case when l.message_id is not null and l.state = 'delivered' then 'told' else l.state end as outcome, l.reason,
         count(*)::int as count
       from reengagement_log l join campaigns c on c.id = l.campaign_id where l.considered_at > $1 and l.considered_at <= $2
       group by 1, 2, 3`,
      [start, end],
    )
    const inOrder = (
      rows: { kind: string; outcome: string; reason: string | null; count: number }[],
    ): string[] => rows.map((row) => `${row.kind} ${row.outcome} ${row.reason ?? ''} ${row.count}`).sort()
    const replayed = wider.outcomes
      .filter((one) => one.replayed > 0)
      .map(({ kind, outcome, reason, replayed: count }) => ({ kind, outcome, reason, count }))
    expect(inOrder(replayed)).toEqual(inOrder(happenedThere))
    // Each difference is somebody who is told now, or who is told something else at another time because of it.
    expect(wider.differences.count).toBe(wider.differences.first.length)
    expect(
      wider.differences.first.some(
        (one) => one.happened?.reason === 'cap_7d' && one.replayed?.outcome === 'told',
      ),
    ).toBe(true)
  })

  test('an audience nobody is in tells nobody, and impossible settings are refused', async () => {
    const nobody = { audience: { include: { tags: ['nobody'] } } }
    const quiet = await replay({ campaigns: { we_miss_you: nobody } })
    const missed = quiet.outcomes.filter((one) => one.kind === 'we_miss_you' && one.outcome === 'told')
    expect(missed.map((one) => one.replayed)).toEqual([0])
    await expect(replay({ settings: { caps: { campaignEveryDays: 0 } } })).rejects.toMatchObject({
      code: 'settings_refused',
    })
    await expect(replay({ campaigns: { birthday: {} } })).rejects.toMatchObject({ code: 'kind_unknown' })
  })
})
