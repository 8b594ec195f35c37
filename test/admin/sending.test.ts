import { expect, test } from 'vitest'
import { saveSpend, connectNumber } from './sending-rows.ts'
import { createAdminWorld, type AdminWorld } from './admin-world.ts'
import { faultsOf } from './api-call.ts'
import { loadNumberStates } from '../../src/campaigns/sending-state.ts'
import type { Sql } from '../../src/platform/database.ts'
import { raiseNotice } from '../../src/shops/notice-store.ts'

const now = '2026-03-10T12:00:00.000Z'
const last = async (world: AdminWorld) =>
  (await world.call('GET', '/v1/audit')).body['items'] as { action: string; actor: string; subject: string }[]

test('the kill switch stops everything, once, and lets it go on', async () => {
  await using world = await createAdminWorld()
  const stopped = {
    stoppedAt: now,
    reason: 'killed',
    reasonText: 'Sending is stopped by the kill switch; the message waits.',
  }
  expect(await world.call('POST', '/v1/sending/stop')).toMatchObject({ status: 200, body: stopped })
  world.clock.advance(60_000)
  expect((await world.call('POST', '/v1/sending/stop')).body).toMatchObject({ stoppedAt: now })
  expect((await world.call('GET', '/v1/sending')).body).toMatchObject({ stop: stopped, openNotices: 1 })
  expect((await world.call('GET', '/v1/notices?open=true')).body['items']).toMatchObject([
    { code: 'sending_killed', text: 'Sending is stopped by the kill switch.', times: 1, resolvedAt: null },
  ])
  expect((await world.call('POST', '/v1/sending/start')).body).toEqual({
    stoppedAt: null,
    reason: null,
    reasonText: null,
  })
  expect((await world.call('GET', '/v1/sending')).body).toMatchObject({
    stop: { stoppedAt: null },
    openNotices: 0,
  })
  expect(await last(world)).toMatchObject([
    { action: 'sending.started', actor: 'api', subject: 'shop', before: { stoppedAt: now } },
    { action: 'sending.stopped', actor: 'api' },
  ])
  expect(world.woken).toContain('outbox.send')
})

test('a campaign is stopped and goes on by itself', async () => {
  await using world = await createAdminWorld()
  expect(await world.call('POST', '/v1/campaigns/price_drop/stop')).toMatchObject({
    status: 200,
    body: { kind: 'price_drop', stoppedAt: now, stopReason: 'killed' },
  })
  const { body } = await world.call('GET', '/v1/sending')
  const stopped = (body['campaigns'] as { kind: string; stoppedAt: string | null }[]).filter(
    ({ stoppedAt }) => stoppedAt !== null,
  )
  expect(stopped).toMatchObject([{ kind: 'price_drop', stopReason: 'killed', refusalsInRow: 0 }])
  const listed = (await world.call('GET', '/v1/campaigns')).body['items'] as { kind: string }[]
  expect(listed.find(({ kind }) => kind === 'price_drop')).toMatchObject({
    stoppedAt: now,
    stopReason: 'killed',
    isOn: false,
  })
  const notices = async (open: boolean) =>
    (await world.call('GET', `/v1/notices?open=${String(open)}`)).body['items'] as unknown[]
  expect(await notices(true)).toMatchObject([
    {
      code: 'campaign_killed',
      subject: 'price_drop',
      details: { by: 'api' },
      text: expect.stringContaining('Somebody has stopped'),
    },
  ])
  expect((await world.call('POST', '/v1/campaigns/price_drop/resume')).body).toMatchObject({
    stoppedAt: null,
    stopReason: null,
  })
  expect(await notices(true)).toEqual([])
  expect(await notices(false)).toMatchObject([{ code: 'campaign_killed', resolvedAt: now }])
  expect(await last(world)).toMatchObject([
    { action: 'campaign.resumed', subject: 'campaign:price_drop' },
    { action: 'campaign.stopped', subject: 'campaign:price_drop' },
  ])
  expect((await world.call('POST', '/v1/campaigns/nothing/stop')).status).toBe(404)
})

test('what waits is counted by what holds it up, the widest first', async () => {
  await using world = await createAdminWorld()
  const { messages } = await connectNumber(world)
  await messages(3, 'campaign')
  await messages(2, 'reply')
  await messages(1, 'alert', 'cap_24h')
  const waiting = async () =>
    (
      (await world.call('GET', '/v1/sending')).body['waiting'] as {
        lane: string
        reason: string
        messages: number
        due: number
      }[]
    ).map(({ lane, reason, messages: count, due }) => [lane, reason, count, due])
  expect(await waiting()).toEqual([
    ['replies', null, 2, 2],
    ['alerts', 'cap_24h', 1, 1],
    ['campaigns', null, 3, 3],
  ])
  await world.db.execute(`update phone_numbers set restricted_until = '2026-03-11T00:00:00Z'`)
  expect(await waiting()).toContainEqual(['campaigns', 'number_restricted', 3, 3])
  expect(await waiting()).toContainEqual(['replies', null, 2, 2])
  await world.call('POST', '/v1/campaigns/back_in_stock/stop')
  expect(await waiting()).toContainEqual(['campaigns', 'killed', 3, 3])
  await world.db.execute(`update phone_numbers set state = 'stopped', state_reason = 'error_190'`)
  expect(await waiting()).toContainEqual(['replies', 'number_stopped', 2, 2])
  await world.call('POST', '/v1/sending/stop')
  expect(new Set((await waiting()).map(([, reason]) => reason))).toEqual(new Set(['killed']))
})

test('numbers show rate, limit, pace and why they are stopped, and are started again', async () => {
  await using world = await createAdminWorld()
  const { numberId } = await connectNumber(world)
  await world.db.execute(
    `update phone_numbers set state = 'stopped', state_reason = 'account_disabled', quality = 'YELLOW', restricted_until = '2026-03-11T00:00:00Z'`,
  )
  await world.db.execute(`update meta_portfolios set messaging_tier = 'TIER_250'`)
  await world.db.execute(
    `insert into portfolio_contacts (portfolio_id, address, last_at) select id, '+1', '2026-03-10T11:00:00Z' from meta_portfolios`,
  )
  await world.db.execute(
    `update number_pace set slowed_to = 0.5, slowed_at = clock_timestamp(), paused_until = clock_timestamp() + interval '1 minute',
       pause_reason = 'throughput_upgrade'`,
  )
  const [number] = (await world.call('GET', '/v1/numbers')).body['items'] as Record<string, unknown>[]
  expect(number).toMatchObject({
    id: numberId,
    number: '+351 911 000 000',
    state: 'stopped',
    stateReason: 'account_disabled',
    stateReasonText: 'Meta has disabled the WhatsApp account.',
    ratePerSecond: 80,
    quality: 'YELLOW',
    messagingTier: 'TIER_250',
    people: { written: 1, limit: 250 },
    pauseReason: 'throughput_upgrade',
  })
  expect(number!['paceShare']).toBeCloseTo(0.5, 1)
  expect(number).toMatchObject({ isRestricted: true, restrictedUntil: '2026-03-11T00:00:00.000Z' })
  await world.db.execute(`update phone_numbers set restricted_until = '9999-12-31T00:00:00Z'`)
  expect((await world.call('GET', '/v1/numbers')).body['items']).toMatchObject([
    { isRestricted: true, restrictedUntil: null, stoppedUntil: null },
  ])
  expect(await world.call('POST', `/v1/numbers/${numberId}/start`)).toMatchObject({
    status: 200,
    body: { state: 'active', stateReason: null, isRestricted: false, restrictedUntil: null },
  })
  expect(await last(world)).toMatchObject([{ action: 'number.started', subject: `number:${numberId}` }])
  expect((await world.call('POST', '/v1/numbers/999/start')).status).toBe(404)
})

test('numbers are shown without a look at what waits, and each portfolio is counted once', async () => {
  await using world = await createAdminWorld()
  await connectNumber(world)
  await world.db.execute(
    `insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
     select shop_id, waba_id, 'number-2', '+351 911 000 001', rate_per_second, state, updated_at from phone_numbers`,
  )
  await world.db.execute(`update meta_portfolios set messaging_tier = 'TIER_250'`)
  const asked: string[] = []
  const sql: Sql = {
    query: (text, values) => (asked.push(text), world.db.query(text, values)),
    execute: (text, values) => world.db.execute(text, values),
  }
  expect(await loadNumberStates(sql, world.shop.id, world.clock.now())).toMatchObject([
    { metaId: 'number-1', people: { written: 0, limit: 250 } },
    { metaId: 'number-2', people: { written: 0, limit: 250 } },
  ])
  expect(asked.filter((text) => /portfolio_contacts/.test(text))).toHaveLength(1)
  expect(asked.filter((text) => /messages/.test(text))).toEqual([])
})

test('all open notices are counted, however many there are', async () => {
  await using world = await createAdminWorld()
  await world.db.execute(
    `insert into notices (shop_id, code, subject, details, first_at, last_at)
     select $1, 'template_stopped', nth, '{}', $2, $2 from generate_series(1, 250) nth`,
    [world.shop.id, world.clock.now()],
  )
  expect((await world.call('GET', '/v1/sending')).body).toMatchObject({ openNotices: 250 })
})

test('budgets are set, shown beside what is set aside, and let go what waited when they are raised', async () => {
  await using world = await createAdminWorld()
  const { messages } = await connectNumber(world)
  await messages(1, 'campaign', 'budget_reached', '2026-03-11T00:00:00Z')
  await saveSpend(world, { all: 70_000_000, back_in_stock: 40_000_000 })
  const put = (sending: unknown) => world.call('PUT', '/v1/settings', { settings: { sending } })
  expect(
    (await put({ dailyBudgetMicros: 90_000_000, campaignBudgets: { back_in_stock: 50_000_000 } })).status,
  ).toBe(200)
  const { body } = await world.call('GET', '/v1/sending')
  expect(body).toMatchObject({
    day: '2026-03-10',
    currency: 'USD',
    budget: { limitMicros: 90_000_000, setAsideMicros: 70_000_000 },
    waiting: [{ messages: 1, due: 1, oldestDueAt: now }],
  })
  expect(
    (body['campaigns'] as { kind: string }[]).find(({ kind }) => kind === 'back_in_stock'),
  ).toMatchObject({
    budget: { limitMicros: 50_000_000, setAsideMicros: 40_000_000 },
  })
  expect(faultsOf(await put({ campaignBudgets: { black_friday: 1 } }))).toEqual([
    'sending.campaignBudgets.black_friday: is the budget of a campaign that does not exist',
  ])
  expect(
    faultsOf(await put({ dailyBudgetMicros: -1, breakerRefusals: 0, breakerOptOutBps: 10_001 })),
  ).toHaveLength(3)
})

test('notices are read page by page, and put away by whoever has seen them', async () => {
  await using world = await createAdminWorld()
  for (const subject of ['a', 'b', 'c'])
    await world.db.transaction((tx) =>
      raiseNotice(tx, {
        shopId: world.shop.id,
        code: 'template_stopped',
        subject,
        details: { n: 1 },
        now: world.clock.now(),
      }),
    )
  const first = await world.call('GET', '/v1/notices?limit=2')
  expect(first.body['items']).toMatchObject([
    { subject: 'c' },
    { subject: 'b', details: { n: 1 }, times: 1, firstAt: now },
  ])
  const rest = await world.call('GET', `/v1/notices?limit=2&after=${String(first.body['nextAfter'])}`)
  const [oldest] = rest.body['items'] as { id: number; subject: string }[]
  expect(oldest).toMatchObject({ subject: 'a' })
  expect(await world.call('POST', `/v1/notices/${oldest!.id}/resolve`)).toMatchObject({
    status: 200,
    body: { resolvedAt: now },
  })
  expect((await world.call('POST', `/v1/notices/${oldest!.id}/resolve`)).status).toBe(404)
  expect((await world.call('GET', '/v1/notices?open=true')).body['items']).toHaveLength(2)
  expect((await world.call('GET', '/v1/notices?open=false')).body['items']).toMatchObject([{ subject: 'a' }])
})
