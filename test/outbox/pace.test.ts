import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPace } from '../../src/outbox/pace.ts'

/** A clock that only sleeping moves, each time a little too far, as timers do. */
function simulate(lateMs: () => number) {
  let nowMs = 0
  const pace = createPace({
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms + lateMs()
    },
  })
  return { pace, now: () => nowMs }
}

async function startTimes(rate: number, count: number, lateMs: () => number): Promise<number[]> {
  const { pace, now } = simulate(lateMs)
  const starts: number[] = []
  for (let nth = 0; nth < count; nth++) {
    await pace.takeSlot(1, rate)
    starts.push(now())
  }
  return starts
}

test('requests start evenly at 0.98 of the rate', async () => {
  const starts = await startTimes(80, 400, () => 0)
  const gaps = starts.slice(1).map((at, nth) => at - starts[nth]!)
  for (const gap of gaps.slice(1)) expect(gap).toBeCloseTo(1000 / 78.4, 0)
  expect(starts.at(-1)! / 399).toBeCloseTo(1000 / 78.4, 0)
})

test('late timers neither lose the pace nor push more than the rate into any second', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 5, 20, 80),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1 }),
      async (rate, delays) => {
        let nth = 0
        const starts = await startTimes(rate, rate * 4, () => delays[nth++ % delays.length]! / 10)
        for (const from of starts) {
          expect(starts.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(rate)
        }
      },
    ),
    { numRuns: 50 },
  )
  const starts = await startTimes(20, 200, () => 3)
  expect(starts.at(-1)!).toBeLessThan((199 / 19) * 1000 + 1000)
})

test('numbers do not wait for each other', async () => {
  const { pace, now } = simulate(() => 0)
  await pace.takeSlot(1, 1)
  await pace.takeSlot(2, 1)
  expect(now()).toBe(0)
  await pace.takeSlot(1, 1)
  expect(now()).toBeGreaterThanOrEqual(1000)
})

test('after a pause nothing is caught up', async () => {
  let nowMs = 0
  const pace = createPace({ nowMs: () => nowMs, sleep: async (ms) => void (nowMs += ms) })
  await pace.takeSlot(1, 10)
  nowMs = 60_000
  await pace.takeSlot(1, 10)
  await pace.takeSlot(1, 10)
  expect(nowMs - 60_000).toBeGreaterThan(100)
})
