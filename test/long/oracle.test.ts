import fc from 'fast-check'
import { describe, test } from 'vitest'
import { compareWorlds } from '../oracle/compare-worlds.ts'

// WORLDS=500 npm run test:long -- oracle    so many worlds instead
// PROPERTY_SEED=random                      worlds nobody has seen; a failure prints its seed
const worlds = Number(process.env.WORLDS ?? 5_000)
const lanes = 3

// Without a seed of the gate's own each run looks elsewhere.
const { seed } = fc.readConfigureGlobal()

describe.concurrent('planners and rules agree, row by row', () => {
  for (let lane = 0; lane < lanes; lane++)
    test(
      `in ${Math.ceil(worlds / lanes)} shops on edges (${lane + 1} of ${lanes})`,
      { timeout: 3_600_000 },
      async () => {
        await compareWorlds(Math.ceil(worlds / lanes), seed === undefined ? undefined : seed + lane + 1)
      },
    )
})
