import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  followStreaks,
  isTooManyOptOuts,
  isTooManyRefusals,
  type BreakerSignal,
} from '../../src/campaigns/decide-circuit-breaker.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'

const rules = defaultShopSettings.sending
const none = { refusals: 0, failures: 0 }
const times = (count: number, signal: BreakerSignal): BreakerSignal[] =>
  Array.from({ length: count }, () => signal)

describe('refusals in a row', () => {
  test.each([
    [19, false],
    [20, true],
    [21, true],
  ])('%i stop the campaign: %s', (count, isStopped) => {
    const { after, longest } = followStreaks(none, times(count, 'refused'))
    expect(after.refusals).toBe(count)
    expect(isTooManyRefusals(longest, rules)).toBe(isStopped)
  })

  test('go on from those counted before', () => {
    expect(followStreaks({ refusals: 19, failures: 0 }, ['refused']).longest).toBe(20)
  })

  test('begin again when WhatsApp takes a message', () => {
    const { after, longest } = followStreaks(none, [
      ...times(19, 'refused'),
      'taken',
      ...times(19, 'refused'),
    ])
    expect(after.refusals).toBe(19)
    expect(longest).toBe(19)
  })

  test('count even when a message is taken right after', () => {
    const { after, longest } = followStreaks(none, [...times(20, 'refused'), 'taken'])
    expect(after).toEqual(none)
    expect(longest).toBe(20)
  })
})

describe('messages that WhatsApp takes and that fail later', () => {
  test('are a row of their own, which only a delivery ends', () => {
    const signals = times(20, 'failed').flatMap((failed): BreakerSignal[] => ['taken', failed])
    const { after, longest } = followStreaks(none, signals)
    expect(after).toEqual({ refusals: 0, failures: 20 })
    expect(isTooManyRefusals(longest, rules)).toBe(true)
    expect(followStreaks(after, ['delivered']).after).toEqual(none)
  })

  test('are not added to refusals', () => {
    expect(followStreaks(none, [...times(15, 'refused'), ...times(15, 'failed')]).longest).toBe(15)
  })
})

test('good news alone never stop a campaign, however bad it was before', () => {
  const before = { refusals: 500, failures: 500 }
  expect(followStreaks(before, ['taken', 'delivered'])).toEqual({ after: none, longest: 0 })
  expect(followStreaks(before, [])).toEqual({ after: before, longest: 0 })
})

test('in however many sets the news come, they mean the same', () => {
  const signals = fc.array(fc.constantFrom<BreakerSignal>('taken', 'refused', 'failed', 'delivered'))
  fc.assert(
    fc.property(signals, signals, (first, second) => {
      const one = followStreaks(none, first)
      const two = followStreaks(one.after, second)
      const both = followStreaks(none, [...first, ...second])
      expect(two.after).toEqual(both.after)
      expect(Math.max(one.longest, two.longest)).toBe(both.longest)
    }),
  )
})

describe('opt-outs', () => {
  const day = (deliveries: number, optOuts: number, optOutsAccepted = 0) => ({
    deliveries,
    optOuts,
    optOutsAccepted,
  })

  test.each([
    [day(49, 49), false],
    [day(50, 1), true],
    [day(51, 1), false],
    [day(100, 1), false],
    [day(100, 2), true],
    [day(1_000, 19), false],
    [day(1_000, 20), true],
    [day(0, 0), false],
    [day(1_000, 0), false],
    // Accepted by a merchant: only those since then count.
    [day(1_000, 20, 20), false],
    [day(1_000, 39, 20), false],
    [day(1_000, 40, 20), true],
  ])('of %j stop the campaign: %s', (reached, isStopped) => {
    expect(isTooManyOptOuts(reached, rules)).toBe(isStopped)
  })

  test('go by the shop’s own settings', () => {
    const strict = { ...rules, breakerOptOutBps: 50, breakerFromDeliveries: 200 }
    expect(isTooManyOptOuts(day(199, 50), strict)).toBe(false)
    expect(isTooManyOptOuts(day(200, 1), strict)).toBe(true)
  })
})
