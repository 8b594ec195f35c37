import { describe, expect, test } from 'vitest'
import { switchCampaign } from '../../src/campaigns/campaign-store.ts'
import { sentenceOf } from '../../src/campaigns/reasons.ts'
import { renderReport } from '../../src/cli/report-table.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { candidacyStates, type Figures } from '../../src/results/figures.ts'
import { reportCampaigns, type CampaignReport, type ReportQuery } from '../../src/results/report-campaigns.ts'
import { toReportCsv, writeCell } from '../../src/results/report-csv.ts'
import { readReportQuery } from '../../src/results/report-query.ts'
import { createResultsWorld, hour, links, type ResultsWorld } from './results-world.ts'

const read = (world: ResultsWorld, query: Partial<ReportQuery> = {}): Promise<CampaignReport> =>
  reportCampaigns(world.db, world.shop, {
    from: '2026-03-01',
    to: '2026-03-31',
    groupBy: 'campaign',
    ...query,
  })

/** What must hold in every group, and what of all groups must make up the totals. */
function expectToAddUp(report: CampaignReport): void {
  for (const one of [...report.rows, report.totals]) {
    const states = candidacyStates.reduce((sum, state) => sum + one.states[state], 0)
    expect(states).toBe(one.considered)
    expect(one.delivered).toBeLessThanOrEqual(one.messages)
    expect(one.read).toBeLessThanOrEqual(one.delivered)
    expect(one.converted).toBeLessThanOrEqual(one.messages)
    for (const { grossMinor, refundsMinor, netMinor } of one.revenue)
      expect(netMinor).toBe(grossMinor - refundsMinor)
  }
  const sum = (valueOf: (figures: Figures) => number): number =>
    report.rows.reduce((total, row) => total + valueOf(row), 0)
  const same = (valueOf: (figures: Figures) => number): void =>
    expect(sum(valueOf)).toBe(valueOf(report.totals))
  same((one) => one.considered)
  for (const state of candidacyStates) same((one) => one.states[state])
  for (const name of [
    'messages',
    'delivered',
    'read',
    'clicked',
    'replied',
    'optedOut',
    'orders',
    'converted',
  ] as const)
    same((one) => one[name])
  same((one) => one.reasons.reduce((total, { count }) => total + count, 0))
  for (const { currency } of report.totals.revenue)
    same((one) => one.revenue.find((revenue) => revenue.currency === currency)?.netMinor ?? 0)
  same((one) => one.cost[0]?.micros ?? 0)
}

test('a message’s whole story in one row', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const candidacyId = await world.candidacy({ personId: ana, variant: 'b' })
  const messageId = await world.message({
    personId: ana,
    candidacies: [candidacyId],
    readAt: hour(1),
    costMicros: 59_200,
  })
  await world.candidacy({ personId: await world.person(), state: 'suppressed', reason: 'cap_7d' })
  await world.candidacy({ personId: await world.person(), state: 'waiting', reason: 'cap_7d' })
  await world.candidacy({ personId: await world.person(), state: 'suppressed', reason: 'opted_out' })
  await world.look(messageId, hour(0.5))
  await world.click(messageId, hour(2))
  await world.inbound(ana, hour(3))
  await world.optOut(ana, hour(4))
  await world.order(ana, {
    placedAt: hour(5),
    paidAt: hour(5),
    modifiedAt: hour(50),
    itemsMinor: 2000,
    totalMinor: 2500,
    refunds: [{ wcRefundId: 1, totalMinor: 500 }],
  })
  await world.attribute()
  const report = await read(world, { groupBy: 'variant' })
  expect(report.rows).toEqual([
    expect.objectContaining({
      campaign: 'back_in_stock',
      variant: 'b',
      day: null,
      considered: 1,
      messages: 1,
      delivered: 1,
      read: 1,
      clicked: 1,
      replied: 1,
      optedOut: 1,
      orders: 1,
      converted: 1,
      conversionRateBps: 10_000,
      revenue: [{ currency: 'EUR', grossMinor: 2000, refundsMinor: 400, netMinor: 1600 }],
      cost: [{ currency: 'USD', micros: 59_200 }],
      viewThrough: { orders: 0, revenue: [] },
    }),
    expect.objectContaining({
      variant: null,
      considered: 3,
      conversionRateBps: null,
      reasons: [
        { state: 'suppressed', reason: 'cap_7d', count: 1 },
        { state: 'waiting', reason: 'cap_7d', count: 1 },
        { state: 'suppressed', reason: 'opted_out', count: 1 },
      ],
    }),
  ])
  expectToAddUp(report)
})

test('a message that answers several candidacies is counted once, at the most valuable one', async () => {
  await using world = await createResultsWorld()
  await world.db.transaction((tx) =>
    switchCampaign(tx, world.shop.id, 'price_drop', { isOn: true, now: hour(0) }),
  )
  const ana = await world.person()
  const price = await world.candidacy({ personId: ana, kind: 'price_drop', value: 2, trigger: 'asked' })
  const stock = await world.candidacy({ personId: ana, value: 1, trigger: 'asked' })
  const messageId = await world.message({ personId: ana, candidacies: [price, stock], purpose: 'alert' })
  await world.click(messageId, hour(1))
  await world.order(ana, { placedAt: hour(2), paidAt: hour(2) })
  await world.attribute()
  const report = await read(world)
  expect(report.rows).toMatchObject([
    { campaign: 'back_in_stock', considered: 1, messages: 1, clicked: 1, orders: 1, converted: 1 },
    { campaign: 'price_drop', considered: 1, messages: 0, clicked: 0, orders: 0, converted: 0, revenue: [] },
  ])
  expect((await read(world, { campaign: 'price_drop' })).totals).toMatchObject({
    considered: 1,
    messages: 0,
    orders: 0,
  })
  expectToAddUp(report)
})

test('the days are the shop’s, the first and the last included, across the change of the clocks', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  for (const at of [
    '2026-03-28T23:59:59.999Z',
    '2026-03-29T00:00:00Z',
    '2026-03-29T22:59:59Z',
    '2026-03-29T23:00:00Z',
  ])
    await world.candidacy({ personId: ana, at: new Date(at) })
  const byDay = await read(world, { from: '2026-03-28', to: '2026-03-30', groupBy: 'day' })
  // Lisbon is an hour ahead from the 29th on.
  expect(byDay.rows.map((row) => [row.day, row.considered])).toEqual([
    ['2026-03-28', 1],
    ['2026-03-29', 2],
    ['2026-03-30', 1],
  ])
  expect((await read(world, { from: '2026-03-29', to: '2026-03-29' })).totals.considered).toBe(2)
})

describe('an answer', () => {
  const repliesAfter = async (...hours: number[]): Promise<number[]> => {
    await using world = await createResultsWorld()
    const ana = await world.person()
    const early = await world.candidacy({ personId: ana, at: hour(0) })
    await world.message({ personId: ana, candidacies: [early] })
    const later = await world.candidacy({ personId: ana, at: hour(48) })
    await world.message({ personId: ana, candidacies: [later], startedAt: hour(48) })
    for (const at of hours) await world.inbound(ana, hour(at))
    const { rows } = await read(world, { groupBy: 'day' })
    return rows.map((row) => row.replied)
  }

  test('belongs to the message that came last before it, for 72 hours', async () => {
    expect(await repliesAfter(10)).toEqual([1, 0])
    expect(await repliesAfter(50)).toEqual([0, 1])
    expect(await repliesAfter(47.9, 48)).toEqual([1, 1])
    expect(await repliesAfter(48 + 71.9)).toEqual([0, 1])
    expect(await repliesAfter(48 + 72)).toEqual([0, 0])
    expect(await repliesAfter(-1)).toEqual([0, 0])
  })
})

test('what was merely seen is shown apart', async () => {
  await using world = await createResultsWorld()
  await world.settings({ viewThrough: true })
  const ana = await world.person()
  await world.message({ personId: ana, candidacies: [await world.candidacy({ personId: ana })] })
  await world.order(ana, { placedAt: hour(2), paidAt: hour(2) })
  await world.attribute()
  expect((await read(world)).totals).toMatchObject({
    orders: 0,
    converted: 0,
    revenue: [],
    viewThrough: { orders: 1, revenue: [{ currency: 'EUR', netMinor: 2580 }] },
  })
})

test('orders of nobody we knew are counted, by the day they were placed', async () => {
  await using world = await createResultsWorld()
  await world.order(null, { wcId: 1, placedAt: hour(1), paidAt: hour(1), itemsMinor: 700 })
  await world.order(null, { wcId: 2, placedAt: hour(1), status: 'pending' })
  await world.order(null, { wcId: 3, placedAt: hour(1), paidAt: hour(1), currency: 'USD' })
  await world.order(await world.person(), { wcId: 4, placedAt: hour(1), paidAt: hour(1) })
  await world.order(null, { wcId: 5, placedAt: hour(24 * 60), paidAt: hour(1) })
  expect((await read(world)).orders).toEqual([
    { currency: 'EUR', paid: 2, unmatched: 1, unmatchedMinor: 700 },
    { currency: 'USD', paid: 1, unmatched: 1, unmatchedMinor: 2580 },
  ])
})

describe('the lift', () => {
  test('compares everybody for whom a message was meant, whatever became of it, with everybody held out', async () => {
    await using world = await createResultsWorld()
    const meant = async (state: string, ordersAfterHours?: number): Promise<void> => {
      const personId = await world.person()
      const isSent = state !== 'held_out' && state !== 'suppressed'
      const candidacyId = await world.candidacy({ personId, state: isSent ? 'sent' : state })
      await world.message({
        personId,
        candidacies: [candidacyId],
        state,
        startedAt: isSent ? hour(0) : null,
        deliveredAt: null,
      })
      if (ordersAfterHours === undefined) return
      const at = hour(ordersAfterHours)
      await world.order(personId, { wcId: 1000 + personId, placedAt: at, paidAt: at, modifiedAt: at })
    }
    await meant('delivered', 1)
    await meant('delivered')
    await meant('failed', 7 * 24 - 1)
    await meant('suppressed')
    await meant('outcome_unknown', 7 * 24)
    await meant('held_out', 5)
    await meant('held_out')
    await meant('held_out', -1)
    const { lift, liftDays } = await read(world)
    expect(liftDays).toBe(7)
    expect(lift).toEqual([
      expect.objectContaining({
        campaign: 'back_in_stock',
        treated: { hits: 2, of: 5 },
        control: { hits: 1, of: 3 },
        differenceBps: 667,
        reason: null,
      }),
    ])
  })

  test('counts a person once, merged records as one, alerts not at all, cancelled orders not', async () => {
    await using world = await createResultsWorld()
    const ana = await world.person()
    const visitor = await world.person({ mergedInto: ana })
    for (const [personId, at] of [
      [ana, 0],
      [visitor, 200],
    ] as const) {
      const candidacyId = await world.candidacy({ personId })
      await world.message({ personId, candidacies: [candidacyId], startedAt: hour(at) })
    }
    const asker = await world.person()
    await world.message({
      personId: asker,
      candidacies: [await world.candidacy({ personId: asker })],
      purpose: 'alert',
    })
    const order = { placedAt: hour(5), paidAt: hour(5) }
    await world.order(visitor, { ...order, wcId: 1, status: 'cancelled' })
    expect((await read(world)).lift).toMatchObject([
      {
        treated: { hits: 0, of: 1 },
        control: { hits: 0, of: 0 },
        differenceBps: null,
        reason: 'no_control_group',
      },
    ])
    await world.order(visitor, { ...order, wcId: 2 })
    expect((await read(world)).lift).toMatchObject([{ treated: { hits: 1, of: 1 } }])
  })
})

test('in a random month everything adds up, by campaign, variant and day, and the CSV says the same', async () => {
  await using world = await createResultsWorld()
  const random = createSeededRandom(42)
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!
  const kinds = ['back_in_stock', 'price_drop', 'new_arrivals', 'we_miss_you']
  const people = await Promise.all(Array.from({ length: 40 }, () => world.person()))
  const open = ['waiting', 'suppressed', 'expired', 'held_out'] as const
  let expected = 0
  for (let nth = 0; nth < 150; nth++) {
    const personId = pick(people)
    const at = hour(random.below(24 * 25))
    const seed = {
      personId,
      kind: pick(kinds),
      at,
      variant: pick([null, 'a', 'b']),
      value: random.below(9) + 1,
    }
    expected++
    if (random.below(3) === 0) {
      await world.candidacy({ ...seed, state: pick(open), reason: pick(['cap_7d', 'no_consent', null]) })
      continue
    }
    const candidacies = [await world.candidacy(seed)]
    if (random.below(5) === 0) {
      candidacies.push(await world.candidacy({ ...seed, kind: pick(kinds), state: 'delivered' }))
      expected++
    }
    const isDelivered = random.below(5) > 0
    const messageId = await world.message({
      personId,
      candidacies,
      startedAt: at,
      deliveredAt: isDelivered ? at : null,
      state: isDelivered ? 'delivered' : 'failed',
      readAt: isDelivered && random.below(2) === 0 ? at : null,
      ...(isDelivered ? { costMicros: 1000 + random.below(1000) } : {}),
    })
    if (random.below(2) === 0) await world.click(messageId, new Date(at.getTime() + 3_600_000))
    if (random.below(3) === 0) continue
    const placedAt = new Date(at.getTime() + 7_200_000)
    await world.order(personId, {
      wcId: 10_000 + nth,
      placedAt,
      paidAt: placedAt,
      modifiedAt: placedAt,
      itemsMinor: random.below(5000),
      currency: pick(['EUR', 'EUR', 'USD']),
      status: pick(['processing', 'completed', 'cancelled', 'refunded']),
      linkToken: links.tokenOf(messageId, null),
    })
  }
  await world.attribute()
  const reports = await Promise.all(
    (['campaign', 'variant', 'day'] as const).map((groupBy) => read(world, { groupBy })),
  )
  for (const report of reports) {
    expectToAddUp(report)
    expect(report.totals).toEqual(reports[0]?.totals)
    expect(report.totals.considered).toBe(expected)
  }
  const [{ totals }] = reports as [CampaignReport]
  expect(totals.orders).toBeGreaterThan(5)
  const [counted] = await world.db.query<{ micros: number }>(
    `select (select count(*)::int from messages where started_at is not null) as messages,
       (select count(*)::int from messages where delivered_at is not null) as delivered,
       (select count(distinct message_id)::int from clicks where not is_robot) as clicked,
       (select sum(conversions)::int from attribution_ledger) as orders,
       (select sum(cost_micros)::int from messages) as micros`,
  )
  const { micros, ...figures } = counted!
  expect(totals).toMatchObject({ ...figures, cost: [{ currency: 'USD', micros }] })

  const lines = toReportCsv(reports[2]!)
    .trimEnd()
    .split('\r\n')
    .map((text) => text.split(','))
  const [heads, ...rows] = lines as [string[], ...string[][]]
  const column = (name: string): number =>
    Number(rows.reduce((sum, row) => sum + Number(row[heads.indexOf(name)]), 0).toFixed(2))
  expect(rows).toHaveLength(reports[2]!.rows.length)
  expect(column('considered')).toBe(totals.considered)
  expect(column('count_orders')).toBe(totals.orders)
  const euros = totals.revenue.find((revenue) => revenue.currency === 'EUR')!
  expect(column('net_EUR')).toBe(euros.netMinor / 100)
  expect(column('gross_EUR')).toBe(euros.grossMinor / 100)
}, 60_000)

test('as text: a table, the reasons in words, the lift with its method', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  await world.message({
    personId: ana,
    candidacies: [await world.candidacy({ personId: ana })],
    costMicros: 59_200,
  })
  await world.candidacy({ personId: ana, state: 'suppressed', reason: 'cap_7d' })
  await world.order(null, { placedAt: hour(1), paidAt: hour(1) })
  const text = renderReport(await read(world), sentenceOf)
  expect(text).toMatch(/campaign +considered +waiting/)
  expect(text).toMatch(/back_in_stock +2 +0 +1 +0 +1 +1/)
  expect(text).toContain(sentenceOf('cap_7d'))
  expect(text).toContain('Newcombe 1998, method 10')
  expect(text).toContain('no control group')
  expect(text).toContain('1 of nobody we knew')
})

test('a cell that a spreadsheet would take for a formula stays a text', () => {
  expect(writeCell('=HYPERLINK("http://evil")')).toBe(`"'=HYPERLINK(""http://evil"")"`)
  for (const text of ['+1', '-1', '@x', '\tx', '\rx']) expect(writeCell(text)).toContain(`'${text}`)
  expect(writeCell('a,b')).toBe('"a,b"')
  expect(writeCell('two\nlines')).toBe('"two\nlines"')
  expect(writeCell(-5)).toBe('-5')
  expect(writeCell(null)).toBe('')
})

test('without days it is the last thirty, of the shop’s zone', () => {
  const now = new Date('2026-03-31T23:30:00Z')
  const asked = { groupBy: 'campaign' as const }
  expect(readReportQuery(asked, { timeZone: 'Europe/Lisbon' }, now)).toMatchObject({
    query: { from: '2026-03-03', to: '2026-04-01' },
  })
  expect(readReportQuery(asked, { timeZone: 'America/Sao_Paulo' }, now)).toMatchObject({
    query: { from: '2026-03-02', to: '2026-03-31' },
  })
  for (const [days, field] of [
    [{ from: 'soon' }, 'from'],
    [{ to: '2026-02-30' }, 'to'],
    [{ from: '2026-03-02', to: '2026-03-01' }, 'from'],
    [{ from: '2024-01-01', to: '2026-03-01' }, 'from'],
  ] as const) {
    expect(readReportQuery({ ...asked, ...days }, { timeZone: 'UTC' }, now)).toMatchObject({
      kind: 'refused',
      field,
    })
  }
})
