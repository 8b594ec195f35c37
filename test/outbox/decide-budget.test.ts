import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideBudget, type DayBudget, type Priced } from '../../src/outbox/decide-budget.ts'

const message = (id: number, micros: number, campaignId: number | null = 1): Priced => ({
  id,
  micros,
  campaignId,
})
const budget = (over: Partial<DayBudget> = {}): DayBudget => ({
  limit: null,
  spent: 0,
  campaigns: new Map(),
  ...over,
})
const ids = (messages: readonly Priced[]): number[] => messages.map(({ id }) => id)

test('without a budget everything goes', () => {
  const { goes, held } = decideBudget([message(1, 60_000), message(2, 60_000)], budget({ spent: 1e12 }))
  expect(ids(goes)).toEqual([1, 2])
  expect(held.size).toBe(0)
})

test('the last micro may be used, and not one more', () => {
  const wanted = [message(1, 60), message(2, 40), message(3, 1)]
  const { goes, held } = decideBudget(wanted, budget({ limit: 100 }))
  expect(ids(goes)).toEqual([1, 2])
  expect([...held]).toEqual([[3, 'shop']])
})

test('what was set aside before counts', () => {
  expect(ids(decideBudget([message(1, 60)], budget({ limit: 100, spent: 41 })).goes)).toEqual([])
})

test('a cheaper message may still fit where a dearer one did not', () => {
  expect(ids(decideBudget([message(1, 90), message(2, 10)], budget({ limit: 50 })).goes)).toEqual([2])
})

test('a campaign’s own budget holds back its messages and no other', () => {
  const wanted = [message(1, 60, 7), message(2, 60, 7), message(3, 60, 8), message(4, 60, null)]
  const campaigns = new Map([[7, { limit: 100, spent: 0 }]])
  const { goes, held } = decideBudget(wanted, budget({ campaigns }))
  expect(ids(goes)).toEqual([1, 3, 4])
  expect([...held]).toEqual([[2, 'campaign']])
})

test('a message must fit both budgets, and what its campaign holds back costs the shop nothing', () => {
  const wanted = [message(1, 60, 7), message(2, 60, 7), message(3, 60, 8)]
  const campaigns = new Map([[7, { limit: 60, spent: 0 }]])
  expect(ids(decideBudget(wanted, budget({ limit: 120, campaigns })).goes)).toEqual([1, 3])
})

test('a budget of nothing lets nothing go that costs something', () => {
  expect(ids(decideBudget([message(1, 1), message(2, 0)], budget({ limit: 0 })).goes)).toEqual([2])
})

test('a budget that was lowered below what is set aside holds back all the rest', () => {
  expect(ids(decideBudget([message(1, 1), message(2, 0)], budget({ limit: 10, spent: 50 })).goes)).toEqual([
    2,
  ])
})

test('whatever is asked for, no budget is exceeded, and each message either goes or is held', () => {
  const priced = fc.record({ id: fc.nat(), micros: fc.nat(50), campaignId: fc.constantFrom(1, 2, null) })
  const limit = fc.option(fc.nat(200))
  fc.assert(
    fc.property(fc.array(priced), limit, limit, fc.nat(50), (wanted, shop, campaign, spent) => {
      const numbered = wanted.map((one, id) => ({ ...one, id }))
      const campaigns = new Map([[1, { limit: campaign, spent: 0 }]])
      const { goes, held } = decideBudget(numbered, budget({ limit: shop, spent, campaigns }))
      const sum = (of: readonly Priced[]): number => of.reduce((all, { micros }) => all + micros, 0)
      const cost = sum(goes)
      if (shop !== null && cost > 0) expect(spent + cost).toBeLessThanOrEqual(shop)
      if (campaign !== null)
        expect(sum(goes.filter((one) => one.campaignId === 1))).toBeLessThanOrEqual(campaign)
      expect(goes.length + held.size).toBe(numbered.length)
    }),
  )
})
