import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideEntries,
  findDifference,
  type Entry,
  type OrderValue,
} from '../../src/results/decide-entries.ts'
import type { Credit } from '../../src/results/decide-credit.ts'

const at = (day: number): Date => new Date(Date.UTC(2026, 2, day))
const order: OrderValue = {
  itemsMinor: 5000,
  currency: 'EUR',
  paidAt: at(1),
  counts: true,
  changedAt: at(1),
  isAllRefunded: false,
  refunds: [],
}
const credit: Credit = { messageId: 7, how: 'click' }
const short = ({ group, at: day, conversions, amountMinor }: Entry): unknown[] => [
  group,
  day.getUTCDate(),
  conversions,
  amountMinor,
]
const entriesOf = (change: Partial<OrderValue>, to: Credit | undefined = credit): unknown[] =>
  decideEntries({ ...order, ...change }, to).map(short)

describe('the ledger must hold', () => {
  test('an order’s value on the day it was first paid', () => {
    expect(entriesOf({})).toEqual([['credit', 1, 1, 5000]])
  })

  test('nothing for an order that nobody gets the credit for, or that was never paid', () => {
    expect(decideEntries(order, undefined)).toEqual([])
    expect(entriesOf({ paidAt: null })).toEqual([])
  })

  test('a refund on its own day; the conversion stays while something is left', () => {
    expect(entriesOf({ refunds: [{ itemsMinor: 1200, at: at(4) }] })).toEqual([
      ['credit', 1, 1, 5000],
      ['refund', 4, 0, -1200],
    ])
  })

  test('the fall of the conversion with the last of the refunds that leave nothing', () => {
    const refunds = [
      { itemsMinor: 3000, at: at(9) },
      { itemsMinor: 2000, at: at(4) },
    ]
    expect(entriesOf({ refunds, isAllRefunded: true })).toEqual([
      ['credit', 1, 1, 5000],
      ['refund', 4, 0, -2000],
      ['refund', 9, -1, -3000],
    ])
  })

  test('all of it on the day the shop calls an order refunded without naming a refund', () => {
    expect(entriesOf({ isAllRefunded: true, changedAt: at(6) })).toEqual([
      ['credit', 1, 1, 5000],
      ['refund', 6, -1, -5000],
    ])
  })

  test('a cancellation on its own day, less what had come back before', () => {
    expect(entriesOf({ counts: false, changedAt: at(5) })).toEqual([
      ['credit', 1, 1, 5000],
      ['credit', 5, -1, -5000],
    ])
    expect(
      entriesOf({ counts: false, changedAt: at(5), refunds: [{ itemsMinor: 1000, at: at(3) }] }),
    ).toEqual([
      ['credit', 1, 1, 5000],
      ['refund', 3, 0, -1000],
      ['credit', 5, -1, -4000],
    ])
  })

  test('an order of items for nothing as a conversion all the same', () => {
    expect(entriesOf({ itemsMinor: 0 })).toEqual([['credit', 1, 1, 0]])
  })
})

describe('what is added', () => {
  const due = (change: Partial<OrderValue>, to: Credit | undefined = credit): Entry[] =>
    decideEntries({ ...order, ...change }, to)

  test('is nothing when all is there', () => {
    expect(findDifference(due({}), due({}))).toEqual([])
  })

  test('moves the credit from one message to another on the day of the order', () => {
    const rows = findDifference(due({}, { messageId: 8, how: 'coupon' }), due({}))
    expect(
      rows.map(({ entry, messageId, how, conversions, amountMinor }) => [
        entry,
        messageId,
        how,
        conversions,
        amountMinor,
      ]),
    ).toEqual([
      ['credit', 8, 'coupon', 1, 5000],
      ['credit_withdrawn', 7, 'click', -1, -5000],
    ])
  })

  test('takes back a refund that was deleted in the shop', () => {
    const rows = findDifference(due({}), due({ refunds: [{ itemsMinor: 1200, at: at(4) }] }))
    expect(rows).toMatchObject([{ entry: 'refund_withdrawn', conversions: 0, amountMinor: 1200 }])
  })

  test('corrects the value of an order that was edited', () => {
    expect(findDifference(due({ itemsMinor: 4500 }), due({}))).toMatchObject([
      { entry: 'credit_withdrawn', conversions: 0, amountMinor: -500 },
    ])
  })
})

test('whatever was known in between, and in whatever order: the ledger ends with the same sums, day by day', () => {
  const state = fc.record({
    to: fc.option(
      fc.record({
        messageId: fc.integer({ min: 1, max: 3 }),
        how: fc.constantFrom('coupon', 'click', 'view'),
      }),
      { nil: undefined },
    ),
    value: fc.record({
      itemsMinor: fc.integer({ min: 0, max: 10_000 }),
      currency: fc.constantFrom('EUR', 'USD'),
      paidAt: fc.option(fc.integer({ min: 1, max: 5 }).map(at)),
      counts: fc.boolean(),
      changedAt: fc.integer({ min: 1, max: 9 }).map(at),
      isAllRefunded: fc.boolean(),
      refunds: fc.array(
        fc.record({
          itemsMinor: fc.integer({ min: 0, max: 3_000 }),
          at: fc.integer({ min: 1, max: 9 }).map(at),
        }),
        { maxLength: 3 },
      ),
    }),
  })
  const groupOf = (row: { entry: string }): Entry['group'] =>
    row.entry.startsWith('credit') ? 'credit' : 'refund'
  fc.assert(
    fc.property(fc.array(state, { maxLength: 6 }), state, (history, last) => {
      const ledger: Entry[] = []
      for (const { to, value } of [...history, last]) {
        const rows = findDifference(decideEntries(value, to), ledger)
        ledger.push(...rows.map((row) => ({ ...row, group: groupOf(row) })))
      }
      const straight = decideEntries(last.value, last.to)
      expect(findDifference(straight, ledger)).toEqual([])
      const sum = (entries: readonly Entry[], field: 'amountMinor' | 'conversions'): number =>
        entries.reduce((total, entry) => total + entry[field], 0)
      expect(sum(ledger, 'amountMinor')).toBe(sum(straight, 'amountMinor'))
      expect(sum(ledger, 'conversions')).toBe(sum(straight, 'conversions'))
      expect([0, 1]).toContain(sum(ledger, 'conversions'))
    }),
  )
})
