import { describe, expect, test } from 'vitest'
import { returnSpend } from '../../src/outbox/return-spend.ts'
import type { GuardedMessage } from '../../src/outbox/guarded-message.ts'
import { at, createGuardWorld, hour, type GuardWorld } from './support/guard-world.ts'

const priceToPortugal = 59_200
const ids = (messages: readonly GuardedMessage[]): number[] => messages.map(({ id }) => id)

describe('the budget of a day', () => {
  test('holds what it can; the rest waits for the shop’s midnight, and the merchant knows', async () => {
    await using world = await createGuardWorld()
    await world.settings({ dailyBudgetMicros: 3 * priceToPortugal })
    const messages = await world.messages(5)
    const held = await world.guard(messages)
    expect([...held.keys()]).toEqual(ids(messages.slice(3)))
    // Lisbon keeps Greenwich's time in March.
    expect(held.get(messages[3]!.id)).toEqual({
      kind: 'defer',
      until: new Date('2026-03-03T00:00:00Z'),
      reason: 'budget_reached',
    })
    expect(await world.spent()).toEqual({
      '2026-03-02 all': 3 * priceToPortugal,
      '2026-03-02 back_in_stock': 3 * priceToPortugal,
    })
    expect(await world.notices()).toEqual([
      {
        code: 'budget_reached',
        subject: '',
        details: { day: '2026-03-02', currency: 'USD', budgetMicros: 3 * priceToPortugal },
        times: 1,
        resolvedAt: null,
      },
    ])
    expect((await world.guard(messages.slice(3))).size).toBe(2)
    expect((await world.guard(messages.slice(3), new Date('2026-03-03T00:00:00Z'))).size).toBe(0)
  })

  test('ends when the shop’s day does, not Greenwich’s', async () => {
    await using world = await createGuardWorld()
    await world.settings({ dailyBudgetMicros: 0 })
    const messages = await world.messages(1)
    const inSummer = await world.guard(messages, new Date('2026-07-01T22:59:59Z'))
    expect([...inSummer.values()]).toMatchObject([{ until: new Date('2026-07-01T23:00:00Z') }])
    const later = await world.guard(messages, new Date('2026-07-01T23:00:00Z'))
    expect([...later.values()]).toMatchObject([{ until: new Date('2026-07-02T23:00:00Z') }])
  })

  test('of one campaign leaves the others alone', async () => {
    await using world = await createGuardWorld()
    await world.settings({ campaignBudgets: { back_in_stock: priceToPortugal } })
    const stock = await world.messages(2)
    const price = await world.messages(2, { campaignId: world.campaigns['price_drop']! })
    const held = await world.guard([...stock, ...price])
    expect([...held.keys()]).toEqual([stock[1]!.id])
    expect(await world.notices()).toMatchObject([{ code: 'budget_reached', subject: 'back_in_stock' }])
    expect(await world.spent()).toEqual({
      '2026-03-02 all': 3 * priceToPortugal,
      '2026-03-02 back_in_stock': priceToPortugal,
      '2026-03-02 price_drop': 2 * priceToPortugal,
    })
  })

  test('goes by the country’s price, and counts templates that advertise, not free answers', async () => {
    await using world = await createGuardWorld()
    const brazil = await world.messages(1, { country: 'BR' })
    const nowhere = await world.messages(1, { country: null })
    const free = await world.messages(1, { isTemplate: false, isWindowOpen: true })
    const reply = await world.messages(1, { purpose: 'reply', isTemplate: false, campaignId: null })
    await world.guard([...brazil, ...nowhere, ...free, ...reply])
    expect((await world.spent())['2026-03-02 all']).toBe(62_500 + 60_400)
    const noted = await world.db.query(
      `select id, reserved_micros, to_char(reserved_day, 'YYYY-MM-DD') as day from messages where reserved_micros is not null order by id`,
    )
    expect(noted).toEqual([
      { id: brazil[0]!.id, reservedMicros: 62_500, day: '2026-03-02' },
      { id: nowhere[0]!.id, reservedMicros: 60_400, day: '2026-03-02' },
    ])
  })

  test('never lets a reply wait', async () => {
    await using world = await createGuardWorld()
    await world.settings({ dailyBudgetMicros: 0 })
    await world.tier('TIER_50')
    const replies = await world.messages(60, {
      purpose: 'reply',
      campaignId: null,
      isTemplate: false,
      isWindowOpen: true,
    })
    expect((await world.guard(replies)).size).toBe(0)
  })

  test('takes back what cost nothing in the end, once', async () => {
    await using world = await createGuardWorld()
    await world.settings({ dailyBudgetMicros: 2 * priceToPortugal })
    const messages = await world.messages(3)
    expect((await world.guard(messages)).size).toBe(1)
    const giveBack = () => world.db.transaction((tx) => returnSpend(tx, [messages[0]!.id, messages[2]!.id]))
    await giveBack()
    await giveBack()
    expect(await world.spent()).toEqual({
      '2026-03-02 all': priceToPortugal,
      '2026-03-02 back_in_stock': priceToPortugal,
    })
    expect((await world.guard([messages[2]!])).size).toBe(0)
  })

  test('is returned to the day it was taken from', async () => {
    await using world = await createGuardWorld()
    const [one] = await world.messages(1)
    await world.guard([one!])
    await world.db.transaction((tx) => returnSpend(tx, [one!.id]))
    expect(await world.spent()).toEqual({ '2026-03-02 all': 0, '2026-03-02 back_in_stock': 0 })
    await world.guard([one!], at(24 * hour))
    expect((await world.spent())['2026-03-03 all']).toBe(priceToPortugal)
  })
})

describe('Meta’s messaging limit', () => {
  test('lets so many new people be written to in a moving day', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    const early = await world.messages(30)
    const late = await world.messages(30)
    expect((await world.guard(early)).size).toBe(0)
    const held = await world.guard(late, at(hour))
    expect([...held.keys()]).toEqual(ids(late.slice(20)))
    expect(held.get(late[20]!.id)).toEqual({ kind: 'defer', until: at(25 * hour), reason: 'tier_reached' })
    expect(await world.notices()).toMatchObject([{ code: 'messaging_tier_reached', details: { limit: 50 } }])
    // To the millisecond.
    expect((await world.guard(late.slice(20), at(24 * hour - 1))).size).toBe(10)
    expect((await world.guard(late.slice(20), at(24 * hour))).size).toBe(0)
  })

  test('does not count the same person twice, nor anybody with an open window, nor what waits for the budget', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    const same = await world.messages(40, { sentTo: '+351911111111' })
    const open = await world.messages(40, { isWindowOpen: true })
    expect((await world.guard([...same, ...open])).size).toBe(0)
    await world.settings({ dailyBudgetMicros: 0 })
    const poor = await world.messages(20)
    expect(await reasons(world, poor)).toEqual(new Set(['budget_reached']))
    await world.settings({})
    expect((await world.guard(await world.messages(49))).size).toBe(0)
    expect(await reasons(world, await world.messages(1))).toEqual(new Set(['tier_reached']))
  })

  test('is one limit for all numbers of a portfolio', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    const [other] = await world.db.query<{ id: number }>(
      `insert into meta_wabas (shop_id, portfolio_id, app_id, meta_id, updated_at)
       select shop_id, portfolio_id, app_id, 'another', updated_at from meta_wabas returning id`,
    )
    await world.guard(await world.messages(40))
    const held = await world.guard(await world.messages(40, { wabaId: other!.id }))
    expect(held.size).toBe(30)
  })

  test('that is not there, or not known, lets everybody go; those of an unknown one are counted for when it is', async () => {
    await using world = await createGuardWorld()
    const counted = async () => (await world.db.query(`select 1 from portfolio_contacts`)).length
    await world.tier('TIER_UNLIMITED')
    expect((await world.guard(await world.messages(60))).size).toBe(0)
    expect(await counted()).toBe(0)
    await world.tier(null)
    expect((await world.guard(await world.messages(60))).size).toBe(0)
    expect(await counted()).toBe(60)
  })

  test('makes room again when it is raised', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    const messages = await world.messages(60)
    expect((await world.guard(messages)).size).toBe(10)
    await world.tier('TIER_250')
    expect((await world.guard(messages.slice(50))).size).toBe(0)
  })
})

async function reasons(world: GuardWorld, messages: readonly GuardedMessage[]): Promise<Set<string>> {
  return new Set([...(await world.guard(messages)).values()].map(({ reason }) => reason))
}

describe('eight senders beside each other', () => {
  const takeTurns = async (world: GuardWorld, messages: readonly GuardedMessage[]): Promise<number> => {
    let next = 0
    let gone = 0
    const send = async (): Promise<void> => {
      while (next < messages.length) {
        const batch = messages.slice(next, (next += 7))
        const held = await world.guard(batch)
        gone += batch.length - held.size
      }
    }
    await Promise.all(Array.from({ length: 8 }, send))
    return gone
  }

  test('never exceed a budget, and use all of it', async () => {
    await using world = await createGuardWorld()
    await world.settings({
      dailyBudgetMicros: 100 * priceToPortugal,
      campaignBudgets: { back_in_stock: 40 * priceToPortugal },
    })
    const stock = await world.messages(200)
    const price = await world.messages(200, { campaignId: world.campaigns['price_drop']! })
    const mixed = stock.flatMap((message, nth) => [message, price[nth]!])
    expect(await takeTurns(world, mixed)).toBe(100)
    expect(await world.spent()).toEqual({
      '2026-03-02 all': 100 * priceToPortugal,
      '2026-03-02 back_in_stock': 40 * priceToPortugal,
      '2026-03-02 price_drop': 60 * priceToPortugal,
    })
    const [noted] = await world.db.query<{ micros: number }>(
      `select sum(reserved_micros)::bigint as micros from messages`,
    )
    expect(noted!.micros).toBe(100 * priceToPortugal)
  })

  test('never exceed the messaging limit, and use all of it', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_250')
    expect(await takeTurns(world, await world.messages(400))).toBe(250)
    const [counted] = await world.db.query<{ people: number }>(
      `select count(*)::int as people from portfolio_contacts`,
    )
    expect(counted!.people).toBe(250)
  })

  test('give back and take at the same time, and the day adds up', async () => {
    await using world = await createGuardWorld()
    await world.settings({ dailyBudgetMicros: 50 * priceToPortugal })
    const first = await world.messages(50)
    await world.guard(first)
    const wanted = await world.messages(60)
    await Promise.all([
      ...first.slice(0, 20).map((message) => world.db.transaction((tx) => returnSpend(tx, [message.id]))),
      takeTurns(world, wanted),
    ])
    await takeTurns(world, wanted.slice(40))
    const [noted] = await world.db.query<{ micros: number }>(
      `select sum(reserved_micros)::bigint as micros from messages`,
    )
    expect(noted!.micros).toBeLessThanOrEqual(50 * priceToPortugal)
    expect((await world.spent())['2026-03-02 all']).toBe(noted!.micros)
  })
})

test('nothing to guard touches nothing', async () => {
  await using world = await createGuardWorld()
  expect((await world.guard([])).size).toBe(0)
  expect(await world.spent()).toEqual({})
})
