import fc from 'fast-check'
import { createTestDatabase } from '../support/database.ts'
import { explain } from './explain.ts'
import { drafts } from './generate-world.ts'
import { playWorld, type Reasons } from './play-world.ts'
import { startIdsAbove } from './write-world.ts'

/**
 * Plays so many worlds in a database of their own; throws with the smallest one on which planners and rules disagree. Returns the reasons
 * that came up.
 */
export async function compareWorlds(count: number, seed?: number): Promise<Reasons> {
  await using db = await createTestDatabase({ prepares: true, poolSize: 4 })
  await startIdsAbove(db)
  let number = 0
  const reasons: Reasons = new Map()
  const agree = fc.asyncProperty(drafts, async (draft) => {
    const differences = await playWorld(db, draft, number++, reasons)
    if (differences.length > 0) throw new Error(differences.join('\n'))
  })
  await fc.assert(agree, {
    numRuns: count,
    reporter: (details) => explain(details),
    ...(seed === undefined ? {} : { seed }),
  })
  return reasons
}
