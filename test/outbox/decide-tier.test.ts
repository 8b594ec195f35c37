import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { decideTier, decideTierWaits, type OutsideWindow } from '../../src/outbox/decide-tier.ts'
import { readMessagingTier, toStoredTier } from '../../src/shops/messaging-tier.ts'

const to = (id: number, address = `+${id}`, mayWait = true): OutsideWindow => ({ id, address, mayWait })
const ids = (held: readonly OutsideWindow[]): number[] => held.map(({ id }) => id)

describe('of those who are written to outside the window', () => {
  test('as many go as there is room for, in the order given', () => {
    const { held, added } = decideTier([to(1), to(2), to(3)], { counted: new Set(), room: 2 })
    expect(ids(held)).toEqual([3])
    expect(added).toEqual(['+1', '+2'])
  })

  test('who was written to within the day costs nothing, even when the day is full', () => {
    const { held, added } = decideTier([to(1), to(2)], { counted: new Set(['+2']), room: 0 })
    expect(ids(held)).toEqual([1])
    expect(added).toEqual([])
  })

  test('two messages to one person count once', () => {
    const { held, added } = decideTier([to(1, '+1'), to(2, '+1'), to(3)], { counted: new Set(), room: 1 })
    expect(ids(held)).toEqual([3])
    expect(added).toEqual(['+1'])
  })

  test('a reply never waits, but counts', () => {
    const { held, added } = decideTier([to(1, '+1', false), to(2)], { counted: new Set(), room: 0 })
    expect(ids(held)).toEqual([2])
    expect(added).toEqual(['+1'])
  })

  test('a limit that was lowered below what was counted lets nobody new go', () => {
    expect(ids(decideTier([to(1)], { counted: new Set(), room: -5 }).held)).toEqual([1])
  })

  test('however they come, no more new people go than there is room for', () => {
    const message = fc.record({
      id: fc.nat(),
      address: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      mayWait: fc.constant(true),
    })
    fc.assert(
      fc.property(
        fc.array(message),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
        fc.nat(6),
        (wanted, counted, room) => {
          const known = new Set<string>(counted)
          const { held, added } = decideTier(wanted, { counted: known, room })
          const gone = new Set(wanted.filter((one) => !held.includes(one)).map(({ address }) => address))
          expect([...gone].filter((address) => !known.has(address)).sort()).toEqual([...added].sort())
          expect(added.length).toBeLessThanOrEqual(room)
          // Nobody waits while there is room.
          if (held.length > 0) expect(added.length).toBe(room)
        },
      ),
    )
  })
})

describe('who must wait', () => {
  const now = new Date('2026-03-02T12:00:00Z')

  test('waits until those counted longest are a day old, one for one', () => {
    const oldest = [new Date('2026-03-01T13:00:00Z'), new Date('2026-03-01T15:30:00Z')]
    expect([...decideTierWaits([to(1), to(2)], oldest, now)]).toEqual([
      [1, new Date('2026-03-02T13:00:00Z')],
      [2, new Date('2026-03-02T15:30:00Z')],
    ])
  })

  test('two messages to one person take one place', () => {
    const oldest = [new Date('2026-03-01T13:00:00Z'), new Date('2026-03-01T15:30:00Z')]
    expect([...decideTierWaits([to(1, '+1'), to(2, '+1')], oldest, now).values()]).toEqual([
      new Date('2026-03-02T13:00:00Z'),
      new Date('2026-03-02T13:00:00Z'),
    ])
  })

  test('waits at least a minute', () => {
    const oldest = [new Date('2026-03-01T12:00:00.001Z')]
    expect([...decideTierWaits([to(1)], oldest, now).values()]).toEqual([new Date('2026-03-02T12:01:00Z')])
  })

  test('with a limit below anybody counted, waits all the same', () => {
    expect([...decideTierWaits([to(1)], [], now).values()]).toEqual([new Date('2026-03-03T12:00:00Z')])
  })
})

describe('a messaging limit', () => {
  test.each([
    ['TIER_50', 50],
    ['TIER_250', 250],
    ['TIER_1K', 1_000],
    ['TIER_2K', 2_000],
    ['TIER_10K', 10_000],
    ['TIER_100K', 100_000],
  ])('%s is %i people', (tier, people) => {
    expect(readMessagingTier(tier)).toEqual({ kind: 'limited', people })
    expect(toStoredTier(tier)).toBe(tier)
  })

  test.each([
    [2_000, 'TIER_2K'],
    ['2000', 'TIER_2K'],
    ['2K', 'TIER_2K'],
    [250, 'TIER_250'],
    [-1, 'TIER_UNLIMITED'],
    ['-1', 'TIER_UNLIMITED'],
    ['UNLIMITED', 'TIER_UNLIMITED'],
    ['TIER_UNLIMITED', 'TIER_UNLIMITED'],
    ['TIER_NOT_SET', 'TIER_UNLIMITED'],
    ['NOT_SET', 'TIER_UNLIMITED'],
  ])('said as %s is kept as %s', (said, kept) => {
    expect(toStoredTier(said)).toBe(kept)
  })

  test.each([
    [0],
    [-2],
    [1.5],
    [Number.NaN],
    ['TIER_'],
    ['TIER_X'],
    ['TIER_99999999999'],
    [null],
    [undefined],
    [{}],
    [[]],
  ])('is not read out of %s', (said) => {
    expect(toStoredTier(said)).toBeUndefined()
  })

  test('that is not known lets everybody go', () => {
    expect(readMessagingTier(null)).toEqual({ kind: 'unknown' })
    expect(readMessagingTier('TIER_SOMETHING_NEW')).toEqual({ kind: 'unknown' })
    expect(readMessagingTier('TIER_UNLIMITED')).toEqual({ kind: 'unlimited' })
  })
})
