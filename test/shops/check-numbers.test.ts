import { expect, test } from 'vitest'
import { followTier } from '../../src/outbox/follow-tier.ts'
import { tidySending } from '../../src/outbox/tidy-sending.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { checkNumbers } from '../../src/shops/check-numbers.ts'
import { raiseNotice } from '../../src/shops/notice-store.ts'
import {
  startGraphServer,
  type GraphAnswer,
  type GraphServer,
} from '../connectors/meta/support/graph-server.ts'
import { at, createGuardWorld, hour, start, type GuardWorld } from '../outbox/support/guard-world.ts'

interface CheckWorld extends GuardWorld {
  graph: GraphServer
  clock: ReturnType<typeof createStandingClock>
  check(): ReturnType<typeof checkNumbers>
  numbers(): Promise<Record<string, unknown>[]>
}

async function createCheckWorld(answer: () => GraphAnswer, timeoutMs = 10_000): Promise<CheckWorld> {
  const world = await createGuardWorld()
  const graph = await startGraphServer(answer, timeoutMs)
  const clock = createStandingClock(start)
  const deps = { db: world.db, clock, cloudApiOf: async () => graph.api, onTierChanged: followTier }
  return {
    ...world,
    graph,
    clock,
    check: () => checkNumbers(deps, world.shopId),
    numbers: () =>
      world.db.query(
        `select n.display_phone_number as number, n.rate_per_second, n.quality, n.checked_at, n.state, f.messaging_tier
         from phone_numbers n join meta_wabas w on w.id = n.waba_id join meta_portfolios f on f.id = w.portfolio_id`,
      ),
    [Symbol.asyncDispose]: async () => {
      await graph[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

const loaded = (over: Record<string, unknown> = {}): GraphAnswer => ({
  body: {
    id: 'number-1',
    display_phone_number: '+1 555-078-3881',
    verified_name: 'Harbour Street',
    quality_rating: 'GREEN',
    throughput: { level: 'STANDARD' },
    whatsapp_business_manager_messaging_limit: 'TIER_2K',
    ...over,
  },
})

const refused = (code: number): GraphAnswer => ({
  status: 401,
  body: { error: { message: `(#${code}) no`, type: 'OAuthException', code } },
})

const asKnown = {
  number: '+1 555-078-3881',
  ratePerSecond: 80,
  quality: null,
  checkedAt: null,
  state: 'active',
  messagingTier: null,
}

test('rate, quality and messaging limit are what WhatsApp says', async () => {
  await using world = await createCheckWorld(() =>
    loaded({ throughput: { level: 'HIGH' }, display_phone_number: '+1 555-1' }),
  )
  expect(await world.check()).toEqual([])
  expect(await world.numbers()).toEqual([
    {
      number: '+1 555-1',
      ratePerSecond: 1_000,
      quality: 'GREEN',
      checkedAt: start,
      state: 'active',
      messagingTier: 'TIER_2K',
    },
  ])
})

test('what WhatsApp leaves out stays as it is', async () => {
  await using world = await createCheckWorld(() => ({ body: { id: 'number-1' } }))
  await world.check()
  expect(await world.numbers()).toEqual([{ ...asKnown, checkedAt: start }])
})

test.each([[190], [10], [200]])(
  'error %i tells the merchant, and everything stays as it was',
  async (code) => {
    await using world = await createCheckWorld(() => refused(code))
    expect(await world.check()).toMatchObject([{ numberMetaId: 'number-1', code }])
    expect(await world.numbers()).toEqual([asKnown])
    expect(await world.notices()).toMatchObject([
      { code: 'access_refused', details: { code }, resolvedAt: null },
    ])
    world.graph.answer = () => loaded()
    world.clock.advance(hour)
    expect(await world.check()).toEqual([])
    expect(await world.notices()).toMatchObject([{ resolvedAt: at(hour) }])
  },
)

test.each<[string, GraphAnswer]>([
  ['cut', 'cut'],
  ['silence', 'silence'],
  ['trouble at Meta', { status: 503, body: { error: { message: 'later', code: 2 } } }],
])('%s is nobody’s fault, and nothing to tell', async (_, answer) => {
  await using world = await createCheckWorld(() => answer, 300)
  expect(await world.check()).toMatchObject([{ numberMetaId: 'number-1' }])
  expect(await world.numbers()).toEqual([asKnown])
  expect(await world.notices()).toEqual([])
})

test('a restriction that has ended is cleared, and what was stopped for it starts; what was stopped for something else does not', async () => {
  await using world = await createCheckWorld(() => loaded())
  const restrict = (reason: string, stoppedUntil: Date | null) =>
    world.db.execute(
      `update phone_numbers set state = 'stopped', state_reason = $1, restricted_until = $2, restriction = 'X', stopped_until = $3`,
      [reason, at(2 * hour), stoppedUntil],
    )
  await restrict('account_restricted', at(hour))
  const subject = '+1 555-078-3881'
  await world.db.transaction((tx) =>
    raiseNotice(tx, { shopId: world.shopId, code: 'number_stopped', subject, now: start }),
  )
  world.clock.set(at(hour - 1))
  await world.check()
  expect(await world.numbers()).toMatchObject([{ state: 'stopped' }])
  world.clock.set(at(hour))
  await world.check()
  expect(await world.numbers()).toMatchObject([{ state: 'active' }])
  expect(await world.notices()).toMatchObject([{ code: 'number_stopped', resolvedAt: at(hour) }])
  const restrictedUntil = () => world.db.query(`select restricted_until from phone_numbers`)
  // Each ends for itself.
  expect(await restrictedUntil()).toEqual([{ restrictedUntil: at(2 * hour) }])
  await restrict('error_368', null)
  world.clock.set(at(2 * hour))
  await world.check()
  expect(await restrictedUntil()).toEqual([{ restrictedUntil: null }])
  expect(await world.numbers()).toMatchObject([{ state: 'active' }])
  for (const reason of ['error_131042', 'account_disabled']) {
    await restrict(reason, null)
    await world.check()
    expect(await world.numbers()).toMatchObject([{ state: 'stopped' }])
  }
})

test('what Meta said by webhook while it was asked is the later word', async () => {
  await using world = await createCheckWorld(() => loaded({ throughput: { level: 'STANDARD' } }))
  const inAMinute = at(60_000)
  await world.db.execute(`update phone_numbers set rate_per_second = 1000, rate_at = $1`, [inAMinute])
  await world.db.execute(`update meta_portfolios set messaging_tier = 'TIER_10K', tier_at = $1`, [inAMinute])
  await world.check()
  expect(await world.numbers()).toMatchObject([
    { ratePerSecond: 1_000, messagingTier: 'TIER_10K', quality: 'GREEN' },
  ])
  world.clock.set(at(hour))
  await world.check()
  expect(await world.numbers()).toMatchObject([{ ratePerSecond: 80, messagingTier: 'TIER_2K' }])
})

test('a shop without a number asks nobody', async () => {
  await using world = await createCheckWorld(() => loaded())
  await world.db.execute(`delete from phone_numbers`)
  expect(await world.check()).toEqual([])
  expect(world.graph.requests).toEqual([])
})

test('what was told of a passing state is closed when it has passed, and old contacts are forgotten', async () => {
  await using world = await createCheckWorld(() => loaded())
  await world.tier('TIER_250')
  await world.settings({ dailyBudgetMicros: 0, campaignBudgets: {} })
  await world.guard(await world.messages(3, { purpose: 'transactional' }))
  const tell = (code: 'number_paused' | 'messaging_tier_reached' | 'budget_reached' | 'campaign_stopped') =>
    world.db.transaction((tx) => raiseNotice(tx, { shopId: world.shopId, code, subject: '', now: start }))
  for (const code of [
    'number_paused',
    'messaging_tier_reached',
    'budget_reached',
    'campaign_stopped',
  ] as const)
    await tell(code)
  const openAfter = async (hours: number): Promise<string[]> => {
    world.clock.set(at(hours * hour))
    await tidySending(world, world.shopId)
    return (await world.notices()).filter(({ resolvedAt }) => resolvedAt === null).map(({ code }) => code)
  }
  expect(await openAfter(1)).toEqual([
    'number_paused',
    'messaging_tier_reached',
    'budget_reached',
    'campaign_stopped',
  ])
  expect(await openAfter(2)).toEqual(['messaging_tier_reached', 'budget_reached', 'campaign_stopped'])
  // Midnight in Lisbon.
  expect(await openAfter(12)).toEqual(['messaging_tier_reached', 'campaign_stopped'])
  const contacts = () => world.db.query(`select 1 from portfolio_contacts`)
  expect(await contacts()).toHaveLength(3)
  expect(await openAfter(25)).toEqual(['campaign_stopped'])
  expect(await contacts()).toHaveLength(0)
})
