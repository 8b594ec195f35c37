import { test } from 'vitest'
import { checkStorm } from '../oracle/check-storm.ts'

test(
  'with 8 planners, 4 senders and people who opt out at once: no cap exceeded, nobody written to who must not be, nothing left hanging',
  { timeout: 120_000 },
  async () => {
    await checkStorm({ people: 60, products: 8, seed: 20261121, gapHours: [1, 3, 26, 8 * 24, 15] })
  },
)
