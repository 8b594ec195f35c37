import { test } from 'vitest'
import { compareWorlds } from './compare-worlds.ts'

const worlds = 60

test(
  `in ${worlds} shops on edges the planners decide what the rules say, row by row`,
  { timeout: 300_000 },
  async () => {
    await compareWorlds(worlds)
  },
)
