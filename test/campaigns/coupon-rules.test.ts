import '../support/property-seed.ts'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { couponCodeOf, nextCouponCode } from '../../src/campaigns/loyalty-reward/coupon-code.ts'
import { couponDatesFrom, isGoodForLong } from '../../src/campaigns/loyalty-reward/coupon-dates.ts'
import {
  decideCoupon,
  type CouponLedger,
  type CouponOutcome,
  type CouponState,
} from '../../src/campaigns/loyalty-reward/decide-coupon.ts'

describe('a coupon’s code', () => {
  const about = fc.record({
    candidacyId: fc.integer({ min: 1 }),
    personKey: fc.string({ minLength: 16, maxLength: 16 }),
  })

  test('is short, in small letters, begins with a letter, and holds nothing that is mistaken for something else', () => {
    fc.assert(
      fc.property(about, fc.nat(20), (one, draw) => {
        expect(couponCodeOf(one, draw)).toMatch(/^[cdfghjkmnpqrtvwxy][cdfghjkmnpqrtvwxy34679]{11}$/)
      }),
    )
  })

  test('is another one for another candidacy, another person, and each draw', () => {
    const codes = Array.from({ length: 2_000 }, (_, at) =>
      couponCodeOf(
        { candidacyId: at % 500, personKey: `p${Math.floor(at / 1_000)}` },
        at % 1_000 < 500 ? 0 : 1,
      ),
    )
    expect(new Set(codes).size).toBe(2_000)
  })

  test('is followed by codes that do not come back', () => {
    const one = { candidacyId: 7, personKey: 'key' }
    const codes = [couponCodeOf(one, 0)]
    for (let draw = 1; draw < 50; draw++) codes.push(nextCouponCode(one, codes.at(-1)!))
    expect(new Set(codes).size).toBe(50)
  })
})

describe('the days a coupon is good for', () => {
  test.each([
    ['Europe/Lisbon', '2026-03-10T12:00:00Z', '2026-03-24', '2026-03-25T00:00:00.000Z'],
    // Late in the evening it is tomorrow in UTC already.
    ['America/Sao_Paulo', '2026-03-11T02:59:59Z', '2026-03-24', '2026-03-25T03:00:00.000Z'],
    ['Pacific/Auckland', '2026-03-10T12:00:00Z', '2026-03-25', '2026-03-25T11:00:00.000Z'],
    // Into daylight saving: the last day is an hour shorter.
    ['Europe/Berlin', '2026-03-15T08:00:00Z', '2026-03-29', '2026-03-29T22:00:00.000Z'],
    // In Cairo the day after the last one has no midnight: its clocks go from 24:00 to 01:00.
    ['Africa/Cairo', '2026-04-09T12:00:00Z', '2026-04-23', '2026-04-23T22:00:00.000Z'],
  ])('in %s from %s on: until the end of %s', (zone, now, lastDay, expiresAt) => {
    const dates = couponDatesFrom(new Date(now), zone, 14)
    expect([dates.lastDay, dates.expiresAt.toISOString()]).toEqual([lastDay, expiresAt])
  })

  test('are never fewer than promised: the printed day ends in that zone with the coupon', () => {
    const zones = ['Europe/Lisbon', 'Africa/Cairo', 'Asia/Kathmandu', 'America/Havana', 'Pacific/Apia', 'UTC']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 60 }),
        (zone, now, days) => {
          const { lastDay, expiresAt } = couponDatesFrom(now, zone, days)
          const dayOf = (at: Date): string => DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd')
          expect(dayOf(new Date(expiresAt.getTime() - 1))).toBe(lastDay)
          expect(dayOf(expiresAt) > lastDay).toBe(true)
          expect(isGoodForLong(expiresAt, now, days)).toBe(true)
        },
      ),
    )
  })

  test('are too few once a day and more has gone', () => {
    const now = new Date('2026-03-10T12:00:00Z')
    const { expiresAt } = couponDatesFrom(now, 'UTC', 14)
    const after = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000)
    expect(isGoodForLong(expiresAt, after(36), 14)).toBe(true)
    expect(isGoodForLong(expiresAt, after(36.001), 14)).toBe(false)
  })
})

describe('what a coupon is after the shop has been asked', () => {
  const now = new Date('2026-03-10T12:00:00Z')
  const expiresAt = new Date('2026-03-25T00:00:00Z')
  const ledger = (change: Partial<CouponLedger>): CouponLedger => ({
    state: 'planned',
    wcId: null,
    percentBps: 1_000,
    expiresAt,
    reason: null,
    attempts: 1,
    dueAt: new Date('2026-03-10T12:10:00Z'),
    ...change,
  })
  const made: CouponOutcome = { kind: 'made', wcId: 5, percentBps: 1_000, expiresAt }
  const failed: CouponOutcome = { kind: 'failed', wcId: null, reason: 'timed out' }
  const inMs = (ms: number): Date => new Date(now.getTime() + ms)

  test.each<[string, CouponState, CouponOutcome, Partial<CouponLedger>]>([
    ['planned and made', 'planned', made, { state: 'made', wcId: 5, attempts: 0 }],
    [
      'planned otherwise meanwhile',
      'planned',
      { ...made, expiresAt: now },
      { state: 'planned', wcId: 5, attempts: 0, dueAt: now },
    ],
    ['not wanted any more', 'to_delete', made, { state: 'to_delete', wcId: 5, dueAt: now }],
    ['deleted meanwhile', 'deleted', made, { state: 'to_delete', wcId: 5, dueAt: now }],
    ['used meanwhile', 'used', made, { state: 'used', wcId: 5 }],
    ['failed', 'planned', failed, { state: 'planned', reason: 'timed out', dueAt: inMs(30_000) }],
    ['deleted', 'to_delete', { kind: 'deleted' }, { state: 'deleted', wcId: null }],
    ['not deleted yet', 'to_delete', failed, { state: 'to_delete', dueAt: inMs(30_000) }],
    ['used before it was deleted', 'to_delete', { kind: 'used', wcId: 5 }, { state: 'used', wcId: 5 }],
    ['used before its deletion was told', 'used', { kind: 'deleted' }, { state: 'used', wcId: null }],
    [
      'refused',
      'planned',
      { kind: 'refused', wcId: null, reason: 'coupons_disabled' },
      { state: 'refused', reason: 'coupons_disabled' },
    ],
  ])('%s', (_, state, outcome, expected) => {
    expect(decideCoupon(ledger({ state }), outcome, now)).toMatchObject(expected)
  })

  test('the pauses grow to half an hour, and the eighth failure is the last', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7].map(
      (attempts) => decideCoupon(ledger({ attempts }), failed, now).dueAt.getTime() - now.getTime(),
    )
    expect(pauses.map((ms) => ms / 60_000)).toEqual([0.5, 1, 2, 4, 8, 16, 30])
    expect(decideCoupon(ledger({ attempts: 8 }), failed, now)).toMatchObject({
      state: 'refused',
      reason: 'coupon_refused',
    })
  })

  test('deleting goes on until the coupon is worth nothing any more', () => {
    const unwanted = ledger({ state: 'to_delete', attempts: 40 })
    expect(decideCoupon(unwanted, failed, new Date(expiresAt.getTime() - 1)).state).toBe('to_delete')
    expect(decideCoupon(unwanted, failed, expiresAt)).toMatchObject({ state: 'deleted', reason: 'expired' })
    const young = ledger({ state: 'to_delete', attempts: 2 })
    expect(decideCoupon(young, failed, expiresAt).state).toBe('to_delete')
  })
})
