import { expect } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import {
  countMessages,
  findContradictions,
  findOutsideHours,
  findOverCaps,
  findOverfullWaves,
  findSentHoldouts,
  findStillWaiting,
  findTwiceTold,
  findUnwanted,
} from './find-violations.ts'
import { raiseStorm, type StormOptions } from './storm.ts'

/** Raises a storm in a database of its own and looks for everything that must not be. */
export async function checkStorm(options: StormOptions): Promise<void> {
  await using db = await createTestDatabase({ prepares: true })
  const storm = await raiseStorm(db, options)
  const shopId = storm.world.shop.id
  const told = await countMessages(db, shopId)
  const arrived = [
    'campaign delivered',
    'campaign read',
    'alert delivered',
    'alert read',
    'campaign held_out',
  ]
  for (const what of arrived) expect(told[what] ?? 0, what).toBeGreaterThan(0)
  expect(storm.optOuts.length).toBeGreaterThan(0)

  expect(await findOverCaps(db, shopId), 'over the caps').toEqual([])
  expect(await findOutsideHours(db, storm.world), 'outside the hours').toEqual([])
  expect(await findUnwanted(db, storm), 'unwanted').toEqual([])
  expect(await findTwiceTold(db, shopId), 'told twice').toEqual([])
  expect(await findOverfullWaves(db, shopId), 'overfull waves').toEqual([])
  expect(await findSentHoldouts(db, shopId), 'held out, and sent').toEqual([])
  expect(await findContradictions(db, shopId), 'contradictions').toEqual([])
  expect(await findStillWaiting(db, shopId), 'still waiting').toEqual([])
}
