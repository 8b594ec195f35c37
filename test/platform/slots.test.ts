import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, test } from 'vitest'
import { slotsBetween, type Every } from '../../src/platform/slots.ts'

function slots(every: Every, zone: string, after: string, now: string): string[] {
  return slotsBetween(every, zone, new Date(after), new Date(now)).map((slot) => slot.toISOString())
}

test('every 15 minutes is by the clock, after the first moment and up to the second', () => {
  expect(slots({ minutes: 15 }, 'UTC', '2026-03-02T09:00:00Z', '2026-03-02T09:45:00Z')).toEqual([
    '2026-03-02T09:15:00.000Z',
    '2026-03-02T09:30:00.000Z',
    '2026-03-02T09:45:00.000Z',
  ])
  expect(slots({ minutes: 15 }, 'UTC', '2026-03-02T09:45:00Z', '2026-03-02T09:59:59Z')).toEqual([])
})

test("nine o'clock is the shop's", () => {
  expect(
    slots({ dailyAt: '09:00' }, 'America/Sao_Paulo', '2026-03-02T00:00:00Z', '2026-03-04T00:00:00Z'),
  ).toEqual(['2026-03-02T12:00:00.000Z', '2026-03-03T12:00:00.000Z'])
  expect(
    slots({ dailyAt: '09:00' }, 'Pacific/Kiritimati', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'),
  ).toEqual(['2026-03-02T19:00:00.000Z'])
})

test('a time that the day skips comes later by the gap, and one that it has twice counts the first time', () => {
  const berlin = (from: string, to: string): string[] =>
    slots({ dailyAt: '02:30' }, 'Europe/Berlin', from, to)
  expect(berlin('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual(['2026-03-29T01:30:00.000Z'])
  expect(berlin('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual(['2026-10-25T00:30:00.000Z'])
})

test('half an hour of daylight saving is nothing special', () => {
  const lordHowe = slots(
    { dailyAt: '01:45' },
    'Australia/Lord_Howe',
    '2026-04-03T12:00:00Z',
    '2026-04-05T12:00:00Z',
  )
  expect(lordHowe).toEqual(['2026-04-03T14:45:00.000Z', '2026-04-04T14:45:00.000Z'])
})

test('a whole day that the calendar skips has no slot of its own', () => {
  const apia = slots({ dailyAt: '09:00' }, 'Pacific/Apia', '2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z')
  expect(apia).toEqual(['2011-12-29T19:00:00.000Z', '2011-12-30T19:00:00.000Z', '2011-12-31T19:00:00.000Z'])
})

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'UTC',
]
const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))

test('however often and whenever it is asked, each local day has its slot exactly once', () => {
  const start = Date.UTC(2026, 0, 1)
  const hours = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, hours, (zone, [hour, minute], steps) => {
      const dailyAt = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
      let at = start
      const found: number[] = []
      for (const step of steps) {
        const next = at + step * 3_600_000
        found.push(...slotsBetween({ dailyAt }, zone, new Date(at), new Date(next)).map(Number))
        at = next
      }
      expect(found).toEqual(slotsBetween({ dailyAt }, zone, new Date(start), new Date(at)).map(Number))
      const days = found.map((slot) => DateTime.fromMillis(slot, { zone }).toISODate())
      expect(new Set(days).size).toBe(days.length)
      for (const slot of found) {
        const local = DateTime.fromMillis(slot, { zone })
        const lateMinutes = local.hour * 60 + local.minute - (hour * 60 + minute)
        expect([0, 30, 60]).toContain(lateMinutes)
      }
    }),
  )
})

test('a time of day that is none is refused', () => {
  for (const dailyAt of ['9:00', '24:00', '09:60', 'nine']) {
    expect(() => slots({ dailyAt }, 'UTC', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')).toThrow(
      RangeError,
    )
  }
})
