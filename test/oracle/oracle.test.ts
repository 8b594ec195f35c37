import fc from 'fast-check'
import { test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { explain } from './explain.ts'
import { drafts } from './generate-world.ts'
import { playWorld } from './play-world.ts'
import { startIdsAbove } from './write-world.ts'

const worlds = 150

test(
  `in ${worlds} shops on edges the planners decide what the rules say, row by row`,
  { timeout: 120_000 },
  async () => {
    await using db = await createTestDatabase()
    await startIdsAbove(db)
    let number = 0
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const differences = await playWorld(db, draft, number++)
        if (differences.length > 0) throw new Error(differences.join('\n'))
      }),
      { numRuns: worlds, reporter: (details) => explain(details) },
    )
  },
)
