import { expect, test } from 'vitest'
import type { Role } from '../../src/cli/demo/cast.ts'
import { addUp, findDifferences } from '../../src/cli/demo/compare.ts'
import { findAtNight, findLeaks, findOverCaps, findUninvited } from '../../src/cli/demo/invariants.ts'
import type { Bought, Journal, Told } from '../../src/cli/demo/journal.ts'
import { countArms, countCampaign } from '../../src/cli/demo/own-count.ts'

// What the demo holds the hub's report against must be able to find it wrong.

const day = (number: number, time = '12:00'): Date =>
  new Date(`2026-03-${String(number).padStart(2, '0')}T${time}:00Z`)

const told = (at: Date, given: Partial<Told> = {}): Told => ({
  id: `wamid.${at.toISOString()}`,
  callbackId: null,
  personId: 'p1',
  country: 'PT',
  template: 'price_drop',
  kind: 'price_drop',
  isAlert: false,
  at,
  deliveredAt: at,
  readAt: null,
  failed: false,
  couponCode: null,
  taps: [],
  ...given,
})

const bought = (at: Date, given: Partial<Bought> = {}): Bought => ({
  personId: 'p1',
  at,
  itemsMinor: 1_000,
  couponCodes: [],
  isPaid: true,
  isCancelled: false,
  refundedMinor: 0,
  isAllRefunded: false,
  ...given,
})

const journal = (given: Partial<Journal>): Journal => ({
  told: [],
  said: [],
  bought: [],
  unsent: [],
  ...given,
})

const said = (at: Date, text: 'START' | 'STOP' | 'ok'): Journal['said'][number] => ({
  personId: 'p1',
  at,
  isStart: text === 'START',
  isStop: text === 'STOP',
})

const rui = { id: 'p1', zone: 'Europe/Lisbon' } as Role

test('the last tap within a week before the order gets it, a coupon before any tap', () => {
  const kept = journal({
    told: [
      told(day(1), { id: 'a', taps: [day(2), day(9)] }),
      told(day(3), { id: 'b', kind: 'loyalty_reward', couponCode: 'CDFGH', taps: [day(4)] }),
    ],
    bought: [
      bought(day(5)),
      bought(day(10), { itemsMinor: 500 }),
      bought(day(10, '13:00'), { couponCodes: ['cdfgh'], itemsMinor: 70 }),
      bought(day(20)),
    ],
  })
  expect(countCampaign(kept, 'price_drop')).toMatchObject({
    clicked: 1,
    orders: 1,
    converted: 1,
    grossMinor: 500,
  })
  expect(countCampaign(kept, 'loyalty_reward')).toMatchObject({ orders: 2, converted: 1, grossMinor: 1_070 })
})

test('what was sent back falls, what was cancelled was never worth anything, what was not paid counts for nothing', () => {
  const kept = journal({
    told: [told(day(1), { taps: [day(1, '13:00')] })],
    bought: [
      bought(day(2), { refundedMinor: 300 }),
      bought(day(3), { isAllRefunded: true, refundedMinor: 1_000 }),
      bought(day(4), { isCancelled: true }),
      bought(day(5), { isPaid: false }),
    ],
  })
  expect(countCampaign(kept, 'price_drop')).toMatchObject({
    orders: 1,
    grossMinor: 2_000,
    refundsMinor: 1_300,
  })
})

test('an answer belongs to the message before it, for three days', () => {
  const kept = journal({
    told: [told(day(1)), told(day(8)), told(day(20))],
    said: [said(day(2), 'ok'), said(day(10), 'STOP'), said(day(23, '12:00'), 'ok')],
  })
  expect(countCampaign(kept, 'price_drop')).toMatchObject({ messages: 3, replied: 2, optedOut: 1 })
})

test('both arms count each person once, by the week after', () => {
  const heldOut = { kind: 'price_drop', purpose: 'campaign', state: 'held_out', personId: 'p2', at: day(1) }
  const kept = journal({
    told: [told(day(1)), told(day(9))],
    unsent: [heldOut],
    bought: [bought(day(8, '11:59')), bought(day(8, '12:00'), { personId: 'p2' })],
  })
  expect(countArms(kept, 'price_drop')).toEqual({
    treated: { people: 1, ordered: 1 },
    control: { people: 1, ordered: 0 },
  })
  expect(findLeaks(kept)).toEqual([])
  expect(findLeaks(journal({ told: [told(day(3), { personId: 'p2' })], unsent: [heldOut] }))).toHaveLength(1)
})

test('one too many in a week or a month is found, exactly a week later is none', () => {
  expect(findOverCaps(journal({ told: [told(day(1)), told(day(8))] }))).toEqual([])
  expect(findOverCaps(journal({ told: [told(day(1)), told(day(8, '11:59'))] }))).toHaveLength(1)
  const alert = { isAlert: true }
  expect(findOverCaps(journal({ told: [told(day(1)), told(day(2), alert), told(day(3), alert)] }))).toEqual(
    [],
  )
  expect(findOverCaps(journal({ told: [told(day(2), alert), told(day(3, '11:00'), alert)] }))).toHaveLength(1)
  const five = [1, 3, 5, 7, 9].map((date) => told(day(date), alert))
  expect(findOverCaps(journal({ told: five }))).toHaveLength(1)
})

test('a message at night, after a stop or without a start is found', () => {
  expect(findAtNight(journal({ told: [told(day(2, '19:59'))] }), [rui])).toEqual([])
  expect(findAtNight(journal({ told: [told(day(2, '20:00'))] }), [rui])).toHaveLength(1)
  expect(findAtNight(journal({ told: [told(day(1), { country: 'FR' })] }), [rui])).toHaveLength(1)
  const kept = journal({
    said: [said(day(1), 'START'), said(day(5), 'STOP')],
    told: [told(day(4)), told(day(6))],
  })
  expect(findUninvited(kept, [rui], [])).toHaveLength(1)
  const asked = journal({ told: [told(day(4), { isAlert: true })] })
  expect(findUninvited(asked, [rui], [{ personId: 'p1', at: day(3) }])).toEqual([])
  expect(findUninvited(asked, [rui], [])).toHaveLength(1)
})

test('a figure that differs is named with both values, and one that is missing is nothing', () => {
  expect(findDifferences('price_drop', { clicked: 3, read: 1 }, { clicked: 2, read: 1, orders: 0 })).toEqual([
    'price_drop, clicked: the report says 3, the own count 2',
  ])
  expect(findDifferences('x', { rate: null }, { rate: 0 })).toHaveLength(1)
  expect(addUp([{ a: 1 }, { a: 2, b: 3 }])).toEqual({ a: 3, b: 3 })
})
