import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSchedule, type Job, type Schedule } from '../../src/platform/schedule.ts'
import { createTestDatabase } from '../support/database.ts'

const log = pino({ level: 'silent' })
const berlin = { id: 1, timeZone: 'Europe/Berlin' }
const tokyo = { id: 2, timeZone: 'Asia/Tokyo' }
const minuteMs = 60_000
const hourMs = 60 * minuteMs

interface Runs {
  schedule: Schedule
  ran: string[]
}

function scheduleOf(
  db: Database,
  clock: MovableClock,
  job: Partial<Job> = {},
  shops = [berlin, tokyo],
): Runs {
  const ran: string[] = []
  const schedule = createSchedule({ db, clock, log, shops: () => Promise.resolve(shops) })
  schedule.register({
    job: 'daily',
    every: { dailyAt: '09:00' },
    per: 'shop',
    catchUpHours: 6,
    run: (slot, shopId) => {
      ran.push(`${slot.toISOString().slice(0, 16)} shop ${String(shopId)}`)
      return Promise.resolve()
    },
    ...job,
  })
  return { schedule, ran }
}

test('each shop has its own nine, once, however often the schedule beats', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-01T22:30:00Z'))
  const { schedule, ran } = scheduleOf(db, clock)
  for (let beat = 0; beat < 12; beat++) {
    await schedule.beat()
    clock.advance(hourMs)
  }
  expect(ran).toEqual(['2026-03-02T00:00 shop 2', '2026-03-02T08:00 shop 1'])
})

test('several schedulers side by side run each slot once', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T10:00:00Z'))
  const schedules = Array.from({ length: 6 }, () => scheduleOf(db, clock, { every: { minutes: 5 } }))
  for (let beat = 0; beat < 5; beat++) {
    await Promise.all(schedules.map(({ schedule }) => schedule.beat()))
    clock.advance(5 * minuteMs)
  }
  const ran = schedules.flatMap((one) => one.ran)
  expect(ran).toHaveLength(10)
  expect(new Set(ran).size).toBe(10)
})

test('what was missed while nothing ran is made up for, within the limit, in order', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T10:00:00Z'))
  const { schedule, ran } = scheduleOf(db, clock, { every: { minutes: 60 }, catchUpHours: 3 }, [berlin])
  await schedule.beat()
  clock.advance(8 * hourMs + minuteMs)
  await schedule.beat()
  expect(ran).toEqual([
    '2026-03-02T10:00 shop 1',
    '2026-03-02T16:00 shop 1',
    '2026-03-02T17:00 shop 1',
    '2026-03-02T18:00 shop 1',
  ])
})

test('a new shop has missed nothing: it begins with the slot that is current', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T10:07:00Z'))
  const { schedule, ran } = scheduleOf(db, clock, { every: { minutes: 5 }, catchUpHours: 24 }, [berlin])
  await schedule.beat()
  expect(ran).toEqual(['2026-03-02T10:05 shop 1'])
})

test('a job of the installation runs once, in UTC', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T09:30:00Z'))
  const { schedule, ran } = scheduleOf(db, clock, { per: 'installation' })
  await schedule.beat()
  expect(ran).toEqual(['2026-03-02T09:00 shop 0'])
})

test('a run that fails is recorded with its error, holds up nobody and is not repeated', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T08:30:00Z'))
  const tried: number[] = []
  const run = (_: Date, shopId: number): Promise<void> => {
    tried.push(shopId)
    return shopId === tokyo.id ? Promise.reject(new Error('the shop is closed')) : Promise.resolve()
  }
  const { schedule } = scheduleOf(db, clock, { catchUpHours: 12, run })
  expect(await schedule.beat()).toBe(2)
  expect(await schedule.beat()).toBe(0)
  expect(tried.sort()).toEqual([1, 2])
  expect(await db.query('SELECT shop_id, error, finished_at FROM ticks ORDER BY shop_id')).toEqual([
    { shopId: 1, error: null, finishedAt: clock.now() },
    { shopId: 2, error: 'the shop is closed', finishedAt: clock.now() },
  ])
})

test('a tick that a killed scheduler left unfinished is run again, but not after its time', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T08:30:00Z'))
  await db.execute(
    `INSERT INTO ticks (job, shop_id, slot, started_at)
     VALUES ('daily', 1, '2026-03-02T08:00:00Z', '2026-03-02T08:00:01Z'), ('daily', 1, '2026-03-01T08:00:00Z', '2026-03-01T08:00:01Z')`,
  )
  const { schedule, ran } = scheduleOf(db, clock, {}, [berlin])
  await schedule.beat()
  expect(ran).toEqual(['2026-03-02T08:00 shop 1'])
  expect(await db.query('SELECT error FROM ticks WHERE finished_at IS NOT NULL ORDER BY slot')).toEqual([
    { error: 'missed: too late to be made up for' },
    { error: null },
  ])
})

test('a slow run is not taken from the scheduler that is at it', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T08:30:00Z'))
  let finish: (() => void) | undefined
  const run = (): Promise<void> => new Promise((resolve) => (finish = resolve))
  const slow = scheduleOf(db, clock, { run }, [berlin])
  const other = scheduleOf(db, clock, {}, [berlin])
  const beating = slow.schedule.beat()
  await vi.waitFor(() => expect(finish).toBeDefined())
  clock.advance(2 * hourMs)
  expect(await other.schedule.beat()).toBe(0)
  const stopped = slow.schedule.stop()
  finish?.()
  await stopped
  expect(await beating).toBe(1)
  expect([await other.schedule.beat(), other.ran]).toEqual([0, []])
})

test('started, it beats by itself until it is stopped', async () => {
  await using db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-02T08:30:00Z'))
  const { schedule, ran } = scheduleOf(db, clock, {}, [berlin])
  schedule.start()
  await vi.waitFor(() => expect(ran).toHaveLength(1))
  await schedule.stop()
})
