import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { decideTier, decideTierWaits, mayHaveLeft, type OutsideWindow } from '../../src/outbox/decide-tier.ts'
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
  const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

  test('stands in line: within a day behind the first as many as the limit has room for', () => {
    const { waits, lineAt } = decideTierWaits([to(1), to(2), to(3)], { lineAt: null, people: 2 }, now)
    expect([...waits]).toEqual([
      [1, inDays(1)],
      [2, inDays(1.5)],
      [3, inDays(2)],
    ])
    expect(lineAt).toEqual(inDays(2.5))
  })

  test('stands behind those who stand there already', () => {
    const line = { lineAt: inDays(3), people: 2 }
    expect([...decideTierWaits([to(4)], line, now).waits]).toEqual([[4, inDays(3)]])
  })

  test('stands first where nobody is left in line', () => {
    const line = { lineAt: inDays(-1), people: 2 }
    expect([...decideTierWaits([to(5)], line, now).waits]).toEqual([[5, inDays(1)]])
  })

  test('takes one place for two messages', () => {
    const held = [to(1, '+1'), to(2, '+1'), to(3)]
    expect([...decideTierWaits(held, { lineAt: null, people: 2 }, now).waits.values()]).toEqual([
      inDays(1),
      inDays(1),
      inDays(1.5),
    ])
  })
})

describe('what was counted', () => {
  const now = new Date('2026-03-02T12:00:00Z')
  const later = new Date('2026-03-02T12:00:00.001Z')

  test.each([
    ['stays so until the first leaves the day', { contactsAtMost: 250, contactsLeaveAt: later }, false],
    ['is counted again when they do', { contactsAtMost: 250, contactsLeaveAt: now }, true],
    ['is counted once', { contactsAtMost: 250, contactsLeaveAt: null }, true],
    ['is counted again when it is beyond the limit', { contactsAtMost: 251, contactsLeaveAt: later }, true],
  ])('%s', (_, counted, isDue) => {
    expect(mayHaveLeft(counted, 250, now)).toBe(isDue)
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
    ['TIER_NOT_SET'],
    ['NOT_SET'],
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
