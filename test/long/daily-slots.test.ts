import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createStandingClock } from '../../src/platform/clock.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createSchedule } from '../../src/platform/schedule.ts'
import { slotsBetween } from '../../src/platform/slots.ts'
import { localNines } from '../platform/local-nines.ts'
import { createTestDatabase } from '../support/database.ts'

const hourMs = 3_600_000
const daily = { dailyAt: '09:00' }
const tenYears = [Date.UTC(2026, 0, 1), Date.UTC(2036, 0, 1)] as const
const datelineYears = [Date.UTC(2006, 0, 1), Date.UTC(2016, 0, 1)] as const

/** What has moved over the date line, has half hours, quarters, or changes in Ramadan. */
const hardZones = [
  'Pacific/Apia',
  'Pacific/Fakaofo',
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'Pacific/Norfolk',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'America/Caracas',
  'America/St_Johns',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Asia/Pyongyang',
  'Europe/Lisbon',
  'Europe/Moscow',
]

test('nine o’clock comes exactly once on every local day of every zone over ten years', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  expect(zones.length).toBeGreaterThan(400)
  const wrong = zones.filter((zone) => !agrees(zone, tenYears))
  expect(wrong).toEqual([])
})

test('also over the ten years in which Samoa left out a day', () => {
  expect(hardZones.filter((zone) => !agrees(zone, datelineYears))).toEqual([])
  const slots = slotsBetween(daily, 'Pacific/Apia', new Date(datelineYears[0]), new Date(datelineYears[1]))
  const dates = slots.map((slot) => slot.toLocaleDateString('en-CA', { timeZone: 'Pacific/Apia' }))
  expect(new Set(dates).size).toBe(dates.length)
  expect(dates.filter((date) => date.startsWith('2011-12')).slice(-3)).toEqual([
    '2011-12-28',
    '2011-12-29',
    '2011-12-31',
  ])
})

function agrees(zone: string, [from, to]: readonly [number, number]): boolean {
  const expected = localNines(zone, from, to).map(Number)
  const slots = slotsBetween(daily, zone, new Date(from), new Date(to)).map(Number)
  // The year begins and ends in the middle of a day of most zones: a nine may lie outside, never two.
  expect(Math.abs(expected.length - (to - from) / (24 * hourMs))).toBeLessThanOrEqual(1)
  return expected.join() === slots.join()
}

test('a scheduler that is often down at nine, for hours, runs every slot of four years once, and no other', async () => {
  await using db = await createTestDatabase({ prepares: true })
  const shops = hardZones.map((timeZone, at) => ({ id: at + 1, timeZone }))
  const [from, to] = [Date.UTC(2009, 6, 1), Date.UTC(2013, 6, 1)]
  const clock = createStandingClock(new Date(from))
  const ran = new Map(shops.map(({ id }) => [id, [] as number[]]))
  const schedule = createSchedule({
    db,
    clock,
    log: pino({ level: 'silent' }),
    shops: () => Promise.resolve(shops),
  })
  schedule.register({
    job: 'daily-run',
    every: daily,
    per: 'shop',
    catchUpHours: 12,
    run: (slot, shopId) => {
      expect(clock.now().getTime() - slot.getTime()).toBeLessThanOrEqual(12 * hourMs)
      ran.get(shopId)?.push(slot.getTime())
      return Promise.resolve()
    },
  })
  const random = createSeededRandom(9)
  await schedule.beat()
  while (clock.now().getTime() < to) {
    // Away for up to half a day at a time: whatever was missed is within what may be caught up.
    clock.advance((1 + random.below(12 * 60)) * 60_000)
    await schedule.beat()
  }
  for (const { id, timeZone } of shops) {
    const until = clock.now().getTime()
    const wrong = symmetricDifference(
      ran.get(id)?.filter((slot) => slot > from) ?? [],
      localNines(timeZone, from, until).map(Number),
    )
    expect(wrong, timeZone).toEqual([])
  }
})

/** Repetitions count. */
function symmetricDifference(ones: readonly number[], others: readonly number[]): string[] {
  const counts = new Map<number, number>()
  for (const one of ones) counts.set(one, (counts.get(one) ?? 0) + 1)
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) - 1)
  return [...counts].filter(([, n]) => n !== 0).map(([slot, n]) => `${new Date(slot).toISOString()} ${n}`)
}
