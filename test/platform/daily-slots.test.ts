import { expect, test } from 'vitest'
import { slotsBetween } from '../../src/platform/slots.ts'
import { localNines } from './local-nines.ts'

// All zones over ten years are in test/long/daily-slots.test.ts; these are the odd ones, around what is odd about them.
const oddYears: [zone: string, from: string, to: string][] = [
  ['Australia/Lord_Howe', '2026-01-01', '2027-01-01'],
  ['Africa/Casablanca', '2026-01-01', '2027-01-01'],
  ['Pacific/Chatham', '2026-01-01', '2027-01-01'],
  ['Pacific/Kiritimati', '1994-12-01', '1995-02-01'],
  ['Pacific/Apia', '2011-12-01', '2012-02-01'],
  ['Pacific/Kwajalein', '1993-08-01', '1993-09-01'],
  ['America/Sao_Paulo', '2018-01-01', '2019-01-01'],
  ['Antarctica/Troll', '2026-01-01', '2027-01-01'],
]

test('an independent count of the local days finds the same nines, in the zones where clocks do the oddest things', () => {
  for (const [zone, from, to] of oddYears) {
    const [start, end] = [new Date(from), new Date(to)]
    const expected = localNines(zone, start.getTime(), end.getTime())
    expect(expected.length, zone).toBeGreaterThan(28)
    expect(slotsBetween({ dailyAt: '09:00' }, zone, start, end), zone).toEqual(expected)
  }
})

test('on the one day that went forward over nine, in Athens in 1979, the run came at ten, once', () => {
  const slots = slotsBetween(
    { dailyAt: '09:00' },
    'Europe/Athens',
    new Date('1979-03-31T12:00:00Z'),
    new Date('1979-04-02T12:00:00Z'),
  )
  expect(slots.map((slot) => slot.toISOString())).toEqual([
    '1979-04-01T07:00:00.000Z',
    '1979-04-02T06:00:00.000Z',
  ])
})
