import { expect, test } from 'vitest'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'
import { askCaps } from './caps.ts'
import { hashOf } from './candidacies.ts'
import { runDaily } from './daily-run.ts'
import { plan } from './plan.ts'
import {
  alert,
  cycle,
  fall,
  noon,
  order,
  outcomes,
  person,
  product,
  sent,
  smallWorld,
  view,
  winBack,
} from './by-hand.ts'
import { nextOpening } from './windows.ts'
import { dayMs, hourMs, minuteMs, type Message, type World } from './world.ts'

// What the oracle says is right is itself held to expectations made by hand, on the edges of each rule.

const { caps, sendWindow } = defaultShopSettings

const ask = (
  purpose: 'alert' | 'campaign',
  messages: Message[],
  more: { isAlertOpen?: boolean; skip?: boolean } = {},
) =>
  askCaps(
    {
      purpose,
      isAlertOpen: more.isAlertOpen ?? false,
      caps: { ...caps, alertsSkip7Days: more.skip ?? true },
      messages,
    },
    noon,
  )

test('a message exactly seven days ago no longer holds up a campaign; a millisecond less does, for that millisecond', () => {
  expect(ask('campaign', [sent(1, noon - 7 * dayMs)])).toEqual({ isFree: true })
  expect(ask('campaign', [sent(1, noon - 7 * dayMs + 1)])).toEqual({
    isFree: false,
    reason: 'cap_7d',
    freeAt: noon + 1,
  })
  expect(ask('campaign', [sent(1, noon - 2 * dayMs, 'alert')])).toMatchObject({ reason: 'cap_7d' })
})

test('the fifth message in thirty days waits for the first to leave; with an open alert campaigns have three', () => {
  const three = [29, 20, 10].map((days) => sent(1, noon - days * dayMs))
  const four = [...three, sent(1, noon - 8 * dayMs, 'alert')]
  expect(ask('campaign', four)).toEqual({ isFree: false, reason: 'cap_30d', freeAt: noon + dayMs })
  expect(ask('alert', four)).toMatchObject({ reason: 'cap_30d' })
  expect(ask('campaign', three)).toEqual({ isFree: true })
  expect(ask('campaign', three, { isAlertOpen: true })).toMatchObject({ reason: 'cap_30d' })
})

test('one alert in 24 hours, whatever campaigns went, unless the shop wants the literal rule', () => {
  expect(ask('alert', [sent(1, noon - hourMs)])).toEqual({ isFree: true })
  expect(ask('alert', [sent(1, noon - hourMs)], { skip: false })).toMatchObject({ reason: 'cap_7d' })
  expect(ask('alert', [sent(1, noon - dayMs + 1, 'alert')])).toMatchObject({
    reason: 'cap_24h',
    freeAt: noon + 1,
  })
  expect(ask('alert', [sent(1, noon - dayMs, 'alert')])).toEqual({ isFree: true })
})

const opening = (regions: string[], at: string, settings = sendWindow): string | null => {
  const next = nextOpening(regions, settings, Date.parse(at))
  return next === null ? null : new Date(next).toISOString()
}

test('open from nine up to but not including eight in the evening, on the wall of the person', () => {
  const lisbon = ['PT|Europe/Lisbon']
  expect(opening(lisbon, '2026-03-02T09:00:00.000Z')).toBe('2026-03-02T09:00:00.000Z')
  expect(opening(lisbon, '2026-03-02T19:59:59.999Z')).toBe('2026-03-02T19:59:59.999Z')
  expect(opening(lisbon, '2026-03-02T20:00:00.000Z')).toBe('2026-03-03T09:00:00.000Z')
  // The clocks go forward in the night of the 29th: nine is an hour earlier.
  expect(opening(lisbon, '2026-03-28T23:00:00.000Z')).toBe('2026-03-29T08:00:00.000Z')
  expect(opening(['AU|Australia/Lord_Howe'], '2026-04-04T12:00:00.000Z')).toBe('2026-04-04T22:30:00.000Z')
})

test('in France not on Sundays and holidays; in several possible zones only when all are open; perhaps never', () => {
  expect(opening(['FR|Europe/Paris'], '2026-05-01T12:00:00.000Z')).toBe('2026-05-02T07:00:00.000Z')
  expect(opening(['FR|Europe/Paris'], '2026-05-02T19:00:00.000Z')).toBe('2026-05-04T07:00:00.000Z')
  const far = ['PT|Europe/Lisbon', 'AU|Australia/Sydney']
  expect(opening(far, '2026-03-02T12:00:00.000Z')).toBeNull()
  expect(opening(['PT|Europe/Lisbon', 'BR|America/Sao_Paulo'], '2026-03-02T09:00:00.000Z')).toBe(
    '2026-03-02T12:00:00.000Z',
  )
})

test('people hash to the same place wherever it is worked out', () => {
  // md5sum of "holdout:7:42" and of "variant:7:42" begin so.
  expect(hashOf('holdout', 7, 42).toString(16)).toBe('97b1470f')
  expect(hashOf('variant', 7, 42).toString(16)).toBe('b5d5883d')
})

test('who asked first is told first, then who looked last longest ago; three for each piece', () => {
  const world = smallWorld({
    people: [1, 2, 3, 4, 5].map((id) => person(id)),
    products: [product(1, { quantity: 1 })],
    cycles: [cycle(1)],
    views: [view(1, 1, noon - 2 * dayMs), view(2, 1, noon - 9 * dayMs), view(5, 1, noon - 61 * dayMs)],
    alerts: [alert(3, 1, noon - dayMs), alert(4, 1, noon - 3 * dayMs)],
  })
  plan(world, noon)
  expect(outcomes(world)).toEqual([
    '4 back_in_stock asked reserved',
    '3 back_in_stock asked reserved',
    '2 back_in_stock viewed reserved',
    '1 back_in_stock viewed waiting',
  ])
  plan(world, noon + 59 * minuteMs)
  expect(world.messages).toHaveLength(3)
  plan(world, noon + 60 * minuteMs)
  expect(world.messages).toHaveLength(4)
})

test('everybody who is not told has the first reason that applies', () => {
  const people = [
    person(1, { country: 'US' }),
    person(2, { consent: 'opted_out' }),
    person(3, { consent: 'pending' }),
    person(4, { metaStop: true }),
    person(5, { pausedAt: noon - hourMs }),
    person(6),
    person(7, { handoffAt: noon - hourMs }),
    person(8),
  ]
  const world = smallWorld({
    people,
    products: [product(1, { stockManagedBy: 'none', quantity: null })],
    cycles: [cycle(1)],
    views: people.map(({ id }) => view(id, 1, noon - (20 - id) * dayMs)),
    orders: [order(6, noon - 5 * dayMs, { productIds: [1] }), order(8, noon - 2 * dayMs)],
  })
  plan(world, noon)
  expect(outcomes(world).map((line) => line.split(' ').slice(3).join(' '))).toEqual([
    'suppressed us_marketing_blocked',
    'suppressed opted_out',
    'suppressed no_consent',
    'suppressed meta_stop',
    'suppressed paused',
    'suppressed bought_since',
    'waiting in_conversation',
    'waiting recent_order',
  ])
  expect(world.candidacies[6]!.retryAt).toBe(noon + hourMs)
  expect(world.candidacies[7]!.retryAt).toBe(noon + dayMs)
})

const drop = (from: number, to: number, seen: number, more: Partial<World> = {}): string[] => {
  const world = smallWorld({
    products: [product(1, { priceMinor: to })],
    views: [view(1, 1, noon - dayMs, seen)],
    priceEvents: [fall(1, from, to)],
    ...more,
  })
  plan(world, noon)
  return outcomes(world)
}

test('a drop is strictly more than ten percent below the price last seen', () => {
  expect(drop(1001, 900, 1001)).toEqual(['1 price_drop viewed reserved'])
  expect(drop(1001, 900, 1000)).toEqual(['1 price_drop viewed suppressed drop_too_small'])
  // Too small for anybody with an honest reference: no run at all.
  expect(drop(1000, 900, 2000)).toEqual([])
})

test('the reference is no higher than the lowest price of the thirty days before', () => {
  const lower = (at: number): Partial<World> => ({
    priceEvents: [
      fall(1, 2000, 950, at),
      { ...fall(1, 950, 2000, at + hourMs), toMinor: 2000 },
      fall(1, 2000, 900),
    ],
  })
  const reduction = noon - hourMs
  expect(drop(2000, 900, 2000, lower(reduction - 20 * dayMs))).toEqual([
    '1 price_drop viewed suppressed drop_too_small',
  ])
  expect(drop(2000, 900, 2000, lower(reduction - 31 * dayMs))).toEqual(['1 price_drop viewed reserved'])
})

test('what was asked for needs no reference, only the price', () => {
  const world = smallWorld({
    products: [product(1, { priceMinor: 950 })],
    people: [person(1), person(2)],
    alerts: [
      alert(1, 1, noon - dayMs, { kind: 'price_below', thresholdMinor: 950 }),
      alert(2, 1, noon - dayMs, { kind: 'price_below', thresholdMinor: 949 }),
    ],
    priceEvents: [fall(1, 1000, 950)],
  })
  plan(world, noon)
  expect(outcomes(world)).toEqual(['1 price_drop asked reserved'])
})

test('several drops for one person: the best is told, the others are closed in its favour', () => {
  const world = smallWorld({
    products: [product(1, { priceMinor: 700 }), product(2, { priceMinor: 500 })],
    views: [view(1, 1, noon - dayMs), view(1, 2, noon - dayMs)],
    priceEvents: [fall(1, 1000, 700), { ...fall(2, 1000, 500), id: 2 }],
  })
  plan(world, noon)
  expect(outcomes(world)).toEqual(['1 price_drop viewed suppressed grouped', '1 price_drop viewed reserved'])
})

test('alerts of one person become one message; a campaign beside it loses and waits for the caps', () => {
  const world = smallWorld(
    {
      products: [product(1), product(2), product(3, { priceMinor: 500 })],
      cycles: [cycle(1), cycle(2)],
      alerts: [alert(1, 1, noon - dayMs), alert(1, 2, noon - 2 * dayMs)],
      views: [view(1, 3, noon - dayMs)],
      priceEvents: [fall(3, 1000, 500)],
    },
    { caps: { campaignEveryDays: 2 } },
  )
  plan(world, noon)
  expect(outcomes(world)).toEqual([
    '1 back_in_stock asked reserved',
    '1 back_in_stock asked reserved',
    '1 price_drop viewed waiting cap_7d',
  ])
  expect(world.messages).toHaveLength(1)
  expect(world.candidacies[2]!.retryAt).toBe(noon + 2 * dayMs)
})

test('a reserved message gives way to one worth more; we-miss-you is not put off', () => {
  const world = smallWorld({ cycles: [cycle(1)], views: [view(1, 1, noon - dayMs)] })
  const missed = winBack(world, 1, noon, 'waiting')
  plan(world, noon)
  expect(outcomes(world)).toEqual(['1 back_in_stock viewed reserved'])
  expect(missed).toMatchObject({
    state: 'suppressed',
    reason: 'outranked',
    competingId: world.candidacies[1]!.id,
  })
  expect(world.messages.map(({ state }) => state)).toEqual(['suppressed', 'waiting'])
})

test('the same message, once begun, keeps its place', () => {
  const world = smallWorld({ cycles: [cycle(1)], views: [view(1, 1, noon - dayMs)] })
  winBack(world, 1, noon, 'sending')
  plan(world, noon)
  expect(outcomes(world)).toEqual(['1 back_in_stock viewed suppressed cap_7d'])
})

test('a part of the people is held out of campaigns and takes its place, never of what they asked for', () => {
  const world = smallWorld({
    people: [person(1), person(2)],
    cycles: [cycle(1)],
    views: [view(1, 1, noon - dayMs)],
    alerts: [alert(2, 1, noon - dayMs)],
  })
  world.campaigns[0]!.holdoutBps = 10_000
  plan(world, noon)
  expect(outcomes(world)).toEqual([
    '2 back_in_stock asked reserved',
    '1 back_in_stock viewed held_out holdout',
  ])
  expect(world.messages.map(({ state, countedAt }) => [state, countedAt])).toEqual(
    expect.arrayContaining([['held_out', noon]]),
  )
})

const away = (since: number, more: Partial<World> = {}): string[] => {
  const world = smallWorld({ orders: [order(1, since)], ...more })
  runDaily(world, noon)
  return outcomes(world)
}

test('away is from sixty up to 365 days, both days included, and not a word in fourteen', () => {
  const missed = ['1 we_miss_you daily waiting']
  expect(away(noon - 60 * dayMs)).toEqual(missed)
  expect(away(noon - 60 * dayMs + 1)).toEqual([])
  expect(away(noon - 365 * dayMs)).toEqual(missed)
  expect(away(noon - 365 * dayMs - 1)).toEqual([])
  const wrote = (at: number): Partial<World> => ({ inbound: [{ personId: 1, at, type: 'text' }] })
  expect(away(noon - 90 * dayMs, wrote(noon - 14 * dayMs))).toEqual(missed)
  expect(away(noon - 90 * dayMs, wrote(noon - 14 * dayMs + 1))).toEqual([])
})

test('each gets one kind: a reward before new arrivals before a plain word', () => {
  const orders = [1, 2, 3].map((at) => order(1, noon - (90 + at) * dayMs, { id: at, productIds: [1] }))
  const products = [
    product(1, { categoryIds: [11] }),
    product(2, { categoryIds: [11], firstPublishedAt: noon - dayMs }),
  ]
  expect(away(0, { orders, products })).toEqual(['1 loyalty_reward daily waiting'])
  expect(away(0, { orders: orders.slice(1), products })).toEqual(['1 new_arrivals daily waiting'])
  const bought = order(1, noon - 61 * dayMs, { id: 9, productIds: [2] })
  const older = products.with(1, product(2, { categoryIds: [11], firstPublishedAt: noon - 30 * dayMs }))
  expect(away(0, { orders: [bought], products })).toEqual(['1 we_miss_you daily waiting'])
  expect(away(0, { orders: orders.slice(1), products: older })).toEqual(['1 we_miss_you daily waiting'])
})

test('win-backs keep thirty days between them, and after three unanswered there is rest for 180', () => {
  const after = (days: number[], more: Partial<World> = {}): string[] => {
    const world = smallWorld({ orders: [order(1, noon - 300 * dayMs)], ...more })
    for (const day of days) winBack(world, 1, noon - day * dayMs)
    runDaily(world, noon)
    return outcomes(world).map((line) => line.split(' ').slice(3).join(' '))
  }
  expect(after([29])).toEqual(['suppressed win_back_spacing'])
  expect(after([30])).toEqual(['waiting'])
  expect(after([100, 65, 31])).toEqual(['suppressed left_alone'])
  expect(after([250, 215, 180])).toEqual(['waiting'])
  const wrote = { inbound: [{ personId: 1, at: noon - 50 * dayMs, type: 'text' as const }] }
  expect(after([100, 65, 31], wrote)).toEqual(['waiting'])
})

test('in its first days a campaign tells few, those longest away first; the others wait for the next morning', () => {
  const world = smallWorld({
    people: [1, 2, 3].map((id) => person(id)),
    orders: [1, 2, 3].map((id) => order(id, noon - (100 + id) * dayMs)),
  })
  world.campaigns[5]!.onSince = noon - 14 * dayMs + 1
  runDaily(world, noon)
  expect(outcomes(world)).toEqual([
    '1 we_miss_you daily waiting ramp_up',
    '2 we_miss_you daily waiting ramp_up',
    '3 we_miss_you daily waiting',
  ])
  expect(world.candidacies[0]!.retryAt).toBe(Date.parse('2026-03-03T09:00:00Z'))
})

test('what looks like a mistake is held: a price that fell by more than 70 %, and many at once', () => {
  expect(drop(1000, 299, 1000)).toEqual([])
  expect(drop(1000, 300, 1000)).toEqual(['1 price_drop viewed reserved'])
  const world = smallWorld(
    { products: [product(1), product(2)], cycles: [cycle(1), cycle(2)], views: [view(1, 1, noon - dayMs)] },
    { brakes: { bulkMinItems: 2 } },
  )
  plan(world, noon)
  expect(world.runs.map(({ state }) => state)).toEqual(['held', 'held'])
  expect(outcomes(world)).toEqual([])
})
