import { describe, expect, test } from 'vitest'
import { decideCredit, type CreditRules, type Traces } from '../../src/results/decide-credit.ts'

const noon = new Date('2026-03-10T12:00:00Z')
const day = 86_400_000
/** So many days before the order was placed. */
const before = (days: number): Date => new Date(noon.getTime() - days * day)
const rules: CreditRules = { clickDays: 7, viewThrough: false, viewThroughDays: 7 }
const seeing: CreditRules = { ...rules, viewThrough: true }
const paid = { placedAt: noon, paidAt: noon }

const coupon = (messageId: number, startedDays = 3): Traces['coupons'][number] => ({
  messageId,
  startedAt: before(startedDays),
})
const click = (messageId: number, clickedDays: number, startedDays = clickedDays + 1) => ({
  id: messageId * 100 + Math.round(clickedDays * 10),
  messageId,
  startedAt: before(startedDays),
  at: before(clickedDays),
})
const view = (messageId: number, times: { delivered?: number; read?: number; started?: number }) => ({
  messageId,
  startedAt: before(times.started ?? 20),
  deliveredAt: times.delivered === undefined ? null : before(times.delivered),
  readAt: times.read === undefined ? null : before(times.read),
})

interface Case {
  coupons?: Traces['coupons']
  clicks?: Traces['clicks']
  views?: Traces['views']
}

const none = { coupons: [], clicks: [], views: [] }
const creditOf = (traces: Case, with_ = rules, order: { placedAt: Date; paidAt: Date | null } = paid) =>
  decideCredit(order, { ...none, ...traces }, with_)

describe('an order’s credit goes', () => {
  test.each<[string, Case, { messageId: number; how: string } | undefined]>([
    ['to nobody without a trace', {}, undefined],
    ['to the message whose coupon it used', { coupons: [coupon(1)] }, { messageId: 1, how: 'coupon' }],
    [
      'to the coupon before a later click',
      { coupons: [coupon(1)], clicks: [click(2, 0.1)] },
      { messageId: 1, how: 'coupon' },
    ],
    [
      'to the later of two coupons',
      { coupons: [coupon(1, 2), coupon(2, 9)] },
      { messageId: 1, how: 'coupon' },
    ],
    ['to no coupon of a message that came after it', { coupons: [coupon(1, -1)] }, undefined],
    ['to a coupon however old', { coupons: [coupon(1, 13)] }, { messageId: 1, how: 'coupon' }],
    ['to the last click', { clicks: [click(1, 1), click(2, 3)] }, { messageId: 1, how: 'click' }],
    [
      'to the last click, whichever message came last',
      { clicks: [click(1, 1, 6), click(2, 2, 3)] },
      { messageId: 1, how: 'click' },
    ],
    [
      'to the last click whatever the order in which they are read',
      { clicks: [click(2, 3), click(1, 1)] },
      { messageId: 1, how: 'click' },
    ],
    [
      'to a click of just under seven days',
      { clicks: [click(1, 7 - 1 / 86_400)] },
      { messageId: 1, how: 'click' },
    ],
    ['to no click of exactly seven days', { clicks: [click(1, 7)] }, undefined],
    ['to no click after it was placed', { clicks: [click(1, -0.01, 1)] }, undefined],
    [
      'to a click in the second in which it was placed',
      { clicks: [click(1, -0.9 / 86_400, 1)] },
      { messageId: 1, how: 'click' },
    ],
    ['to no click in the second after', { clicks: [click(1, -1 / 86_400, 1)] }, undefined],
    ['to no click on a message that began after it', { clicks: [click(1, 0, -0.5)] }, undefined],
    ['to no message that was only seen', { views: [view(1, { read: 1 })] }, undefined],
  ])('%s', (_, traces, credit) => {
    expect(creditOf(traces)).toEqual(credit)
  })

  test('to nobody before it was first paid', () => {
    const traces = { coupons: [coupon(1)], clicks: [click(2, 1)], views: [view(3, { read: 1 })] }
    expect(creditOf(traces, seeing, { placedAt: noon, paidAt: null })).toBeUndefined()
    expect(creditOf(traces, seeing, { placedAt: noon, paidAt: before(-30) })).toEqual({
      messageId: 1,
      how: 'coupon',
    })
  })

  test('to one of two clicks of the same moment, always the same', () => {
    const two = [
      { ...click(1, 1), id: 11 },
      { ...click(2, 1), id: 12 },
    ]
    expect(creditOf({ clicks: two })).toEqual({ messageId: 2, how: 'click' })
    expect(creditOf({ clicks: two.toReversed() })).toEqual({ messageId: 2, how: 'click' })
  })
})

describe('where view-through is on, the credit goes', () => {
  test.each<[string, Case, { messageId: number; how: string } | undefined]>([
    [
      'to the message read last',
      { views: [view(1, { delivered: 5, read: 1 }), view(2, { delivered: 2 })] },
      { messageId: 1, how: 'view' },
    ],
    [
      'to the message delivered last',
      { views: [view(1, { delivered: 5, read: 4 }), view(2, { delivered: 2 })] },
      { messageId: 2, how: 'view' },
    ],
    [
      'to a click before anything seen',
      { clicks: [click(9, 6)], views: [view(1, { read: 0.1 })] },
      { messageId: 9, how: 'click' },
    ],
    [
      'to what is seen when the click is too old',
      { clicks: [click(9, 8)], views: [view(1, { read: 1 })] },
      { messageId: 1, how: 'view' },
    ],
    [
      'to what was delivered in time though it was read after the order',
      { views: [view(1, { delivered: 1, read: -1 })] },
      { messageId: 1, how: 'view' },
    ],
    ['to nothing delivered exactly seven days before', { views: [view(1, { delivered: 7 })] }, undefined],
    ['to nothing delivered after it', { views: [view(1, { delivered: -1 })] }, undefined],
    ['to nothing that was never delivered', { views: [view(1, {})] }, undefined],
    ['to nothing that began after it', { views: [view(1, { delivered: 1, started: -1 })] }, undefined],
  ])('%s', (_, traces, credit) => {
    expect(creditOf(traces, seeing)).toEqual(credit)
  })
})

test('the windows are the shop’s own', () => {
  expect(creditOf({ clicks: [click(1, 20)] }, { ...rules, clickDays: 30 })).toEqual({
    messageId: 1,
    how: 'click',
  })
  expect(creditOf({ clicks: [click(1, 2)] }, { ...rules, clickDays: 1 })).toBeUndefined()
  expect(creditOf({ views: [view(1, { read: 2 })] }, { ...seeing, viewThroughDays: 1 })).toBeUndefined()
})
