import { expect, test } from 'vitest'
import { checkStorm } from '../oracle/check-storm.ts'

// STORMS=50 npm run test:long -- invariants    so many small storms instead
const storms = Number(process.env.STORMS ?? 12)
const firstSeed = process.env.PROPERTY_SEED === 'random' ? process.pid : 20_261_121

const weeks = [1, 2, 6, 15, 24, 3 * 24, 5 * 24, 1, 8 * 24, 20, 6 * 24, 30]

test(
  'two thousand people, twelve moments of five weeks: everything holds',
  { timeout: 3_600_000 },
  async () => {
    await checkStorm({ people: 2_000, products: 60, seed: firstSeed, gapHours: weeks })
  },
)

test(`${storms} small storms: everything holds`, { timeout: 3_600_000 }, async () => {
  expect(storms).toBeGreaterThan(0)
  for (let at = 1; at <= storms; at++) {
    const gapHours = weeks.map((gap, place) => gap + ((at * (place + 7)) % 5))
    await checkStorm({ people: 80, products: 3 + (at % 9), seed: firstSeed + at, gapHours })
  }
})
