import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDatabaseClock } from '../../src/outbox/database-clock.ts'
import { aheadMs, decideRoom } from '../../src/outbox/pace.ts'
import { openSlotLine } from '../../src/outbox/slot-line.ts'

const gapOf = (perSecond: number, share = 0.98): number => 1000 / (perSecond * share)
const toleranceMs = 15

describe('a line of slots', () => {
  /** A clock that only sleeping moves, each time a little too far, as timers do. */
  function simulate(
    starts: readonly number[],
    lateMs: () => number,
    { more = [], tolerance = toleranceMs }: { more?: number[]; tolerance?: number } = {},
  ) {
    let nowMs = 0
    let missed = 0
    const line = openSlotLine(
      {
        nowMs: () => nowMs,
        sleep: async (ms) => {
          nowMs += ms + lateMs()
        },
        takeMore: async (count) => ({ startsMs: more.splice(0, count), toleranceMs: tolerance }),
        onMissed: () => {
          missed += 1
        },
      },
      { startsMs: starts, toleranceMs: tolerance },
    )
    const pass = (ms: number): void => {
      nowMs += ms
    }
    return { line, now: () => nowMs, pass, missed: () => missed }
  }

  async function startsOf({ line, now }: ReturnType<typeof simulate>, byMs: number): Promise<number[]> {
    const starts: number[] = []
    while (await line.next(byMs)) starts.push(now())
    return starts
  }

  test('lets one request start in each slot, at its time', async () => {
    const scene = simulate([10, 20, 30], () => 0)
    expect(await startsOf(scene, 1_000)).toEqual([10, 20, 30])
  })

  test('leaves out a slot that is missed, and takes another behind the last', async () => {
    const delays = [0, toleranceMs + 10, 0, 0, 0]
    const scene = simulate([10, 20, 60], () => delays.shift() ?? 0, { more: [70] })
    expect(await startsOf(scene, 1_000)).toEqual([10, 60, 70])
    expect(scene.missed()).toBe(1)
  })

  test('counts no slot as missed that passed before anybody asked for it', async () => {
    const scene = simulate([10, 20, 30], () => 0, { more: [100] })
    expect(await scene.line.next(1_000)).toBe(true)
    scene.pass(80)
    expect(await scene.line.next(1_000)).toBe(true)
    expect(scene.now()).toBe(100)
    expect(scene.missed()).toBe(0)
  })

  test('lets nothing start after the time by which it must have begun', async () => {
    const scene = simulate([10, 20, 500], () => 0)
    expect(await startsOf(scene, 499)).toEqual([10, 20])
  })

  test('is over when it is closed', async () => {
    const scene = simulate([10, 20], () => 0)
    expect(await scene.line.next(1_000)).toBe(true)
    scene.line.close()
    expect(await scene.line.next(1_000)).toBe(false)
  })

  test('however late timers are, and however many senders share it, no sliding second has more than the rate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(5, 20, 80, 1_000),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0.98, 0.9, 0.7),
        fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 50 }),
        async (perSecond, senders, share, delays) => {
          const gapMs = gapOf(perSecond, share)
          const tolerance = (1 / share - 1) * 1000 - 5
          const all: number[] = []
          for (let sender = 0; sender < senders; sender++) {
            // Blocks of slots in turn, as claims take them.
            const own = Array.from({ length: perSecond * 3 }, (_, nth) => nth).filter(
              (nth) => Math.floor(nth / 5) % senders === sender,
            )
            let drawn = sender
            const scene = simulate(
              own.map((nth) => nth * gapMs),
              () => (delays[drawn++ % delays.length] ?? 0) / (share === 0.98 ? 10 : 1),
              { tolerance },
            )
            all.push(...(await startsOf(scene, 10_000)))
          }
          all.sort((one, other) => one - other)
          for (const [nth, at] of all.entries())
            expect((all[nth + perSecond] ?? Infinity) - at).toBeGreaterThanOrEqual(1000)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('room', () => {
  test.each([
    [1_000, 392],
    [80, 31],
    [20, 7],
    [1, 1],
  ])('at %i/s there is room for %i when nothing lies ahead', (perSecond, count) => {
    expect(decideRoom({ backlogMs: 0, gapMs: gapOf(perSecond) })).toEqual({ count, waitMs: 0 })
  })

  test('is given when half of what may lie ahead is free, and otherwise it says when', () => {
    const gapMs = gapOf(80)
    expect(decideRoom({ backlogMs: 15 * gapMs, gapMs }).count).toBe(16)
    const none = decideRoom({ backlogMs: 24 * gapMs, gapMs })
    expect(none.count).toBe(0)
    expect(none.waitMs).toBeCloseTo(8 * gapMs, 5)
    expect(none.waitMs).toBeLessThan(aheadMs)
  })

  test('never lies further ahead than it may, and is there when it was said to be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.float({ min: 0, max: 2_000, noNaN: true }),
        (perSecond, backlogMs) => {
          const gapMs = gapOf(perSecond)
          const room = decideRoom({ backlogMs, gapMs })
          if (room.count > 0)
            expect(backlogMs + room.count * gapMs).toBeLessThanOrEqual(Math.max(aheadMs, gapMs) + 0.001)
          else
            expect(
              decideRoom({ backlogMs: backlogMs - room.waitMs - 0.001, gapMs }).count,
            ).toBeGreaterThanOrEqual(1)
        },
      ),
    )
  })
})

describe('the database’s clock', () => {
  test('is read by the quickest answer of late, and never puts a moment too early', () => {
    const clock = createDatabaseClock()
    clock.observe(5_000, 140)
    clock.observe(5_100, 205)
    clock.observe(5_200, 390)
    expect(clock.toLocal(6_000)).toBe(1_105)
  })

  test('that drifts away is followed after half a minute', () => {
    const clock = createDatabaseClock()
    clock.observe(0, 100)
    clock.observe(16_000, 16_150)
    expect(clock.toLocal(20_000)).toBe(20_100)
    clock.observe(32_000, 32_170)
    clock.observe(48_500, 48_670)
    expect(clock.toLocal(50_000)).toBe(50_170)
  })

  test('whose first answer after a silence is heard late lets no sliding second have more than the rate', () => {
    const gapMs = gapOf(80)
    const count = 16
    const late = [...Array.from({ length: 3 }, () => 30), ...Array.from({ length: 40 }, () => 1)]
    const clock = createDatabaseClock()
    clock.observe(0, 1)
    clock.toLocal(0)
    const starts: number[] = []
    late.forEach((lateMs, batch) => {
      const saidMs = 60_000 + batch * count * gapMs
      clock.observe(saidMs, saidMs + lateMs)
      for (let nth = 0; nth < count; nth++)
        starts.push(
          clock.toLocal(saidMs + aheadMs / 2 + nth * gapMs) + (starts.length < 3 * count ? toleranceMs : 0),
        )
    })
    for (const [nth, at] of starts.entries())
      expect((starts[nth + 80] ?? Infinity) - at).toBeGreaterThanOrEqual(1000)
    // It is followed all the same.
    expect(starts.at(-1)!).toBeLessThan(60_000 + late.length * count * gapMs + aheadMs / 2 + 10)
  })

  test('is known after six readings, and after a silence after six more', () => {
    const clock = createDatabaseClock()
    const read = (fromMs: number, count: number) => {
      for (let nth = 0; nth < count; nth++) clock.observe(fromMs + nth, fromMs + nth + 1)
      return clock.isRead()
    }
    expect(read(0, 5)).toBe(false)
    expect(read(5, 1)).toBe(true)
    expect(read(16_000, 1)).toBe(true)
    expect(read(60_000, 5)).toBe(false)
    expect(read(60_005, 1)).toBe(true)
  })

  test('is read anew at once when nothing was placed by the late answer', () => {
    const clock = createDatabaseClock()
    clock.observe(60_000, 60_030)
    clock.observe(60_002, 60_003)
    expect(clock.toLocal(60_100)).toBe(60_101)
    clock.observe(120_000, 120_400)
    clock.observe(120_410, 120_411)
    expect(clock.toLocal(120_500)).toBe(120_501)
  })
})
