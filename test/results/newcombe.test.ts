import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideLift } from '../../src/results/decide-lift.ts'
import { newcombe, wilson } from '../../src/results/newcombe.ts'

const rounded = (value: number): number => Number(value.toFixed(4))

describe('Wilson’s interval of one share, as published', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), 857-872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (hits, of, low, high) => {
    const interval = wilson({ hits, of })
    expect([rounded(interval.low), rounded(interval.high)]).toEqual([low, high])
  })
})

describe('Newcombe’s interval of a difference, as published', () => {
  // Statistics in Medicine 17 (1998), 873-890, table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%i of %i against %i of %i', (a, m, b, n, low, high) => {
    const interval = newcombe({ hits: a, of: m }, { hits: b, of: n })
    expect([rounded(interval.low), rounded(interval.high)]).toEqual([low, high])
    expect(interval.difference).toBeCloseTo(a / m - b / n, 12)
  })

  test('holds the difference, stays between -1 and 1, and turns about with its sides', () => {
    const share = fc
      .integer({ min: 1, max: 5_000 })
      .chain((of) => fc.integer({ min: 0, max: of }).map((hits) => ({ hits, of })))
    fc.assert(
      fc.property(share, share, (one, other) => {
        const { low, high, difference } = newcombe(one, other)
        expect(low).toBeLessThanOrEqual(difference + 1e-12)
        expect(high).toBeGreaterThanOrEqual(difference - 1e-12)
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12)
        expect(high).toBeLessThanOrEqual(1 + 1e-12)
        const turned = newcombe(other, one)
        expect(turned.low).toBeCloseTo(-high, 10)
        expect(turned.high).toBeCloseTo(-low, 10)
      }),
    )
  })
})

describe('the lift', () => {
  test('is the difference in basis points', () => {
    expect(decideLift({ hits: 56, of: 70 }, { hits: 48, of: 80 })).toEqual({
      treated: { hits: 56, of: 70 },
      control: { hits: 48, of: 80 },
      differenceBps: 2000,
      lowBps: 524,
      highBps: 3339,
      reason: null,
    })
    expect(decideLift({ hits: 0, of: 5 }, { hits: 0, of: 5 }).differenceBps).toBe(0)
  })

  test('is not made up where an arm is empty', () => {
    expect(decideLift({ hits: 1, of: 5 }, { hits: 0, of: 0 })).toMatchObject({
      differenceBps: null,
      lowBps: null,
      reason: 'no_control_group',
    })
    expect(decideLift({ hits: 0, of: 0 }, { hits: 1, of: 9 }).reason).toBe('nobody_treated')
  })
})
