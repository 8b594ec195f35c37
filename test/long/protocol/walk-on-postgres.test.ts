import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOutboxWorld } from '../../outbox/support/outbox-world.ts'
import { beginning } from './explore.ts'
import { realRules } from './rules.ts'
import { stepsFrom, type Step } from './steps.ts'
import { beginWalk, type Walk } from './walk.ts'
import { keyOfRow, type WorldState } from './world-state.ts'

// The model of the send protocol says again what the hub's SQL does to a row; here it is held to it, step by step, two senders in turns.

/** Takes the step in the model and in PostgreSQL, and holds one to the other. */
async function follow(walk: Walk, state: WorldState, choose: (steps: readonly Step[]) => Step | undefined) {
  const step = choose(stepsFrom(state, realRules))
  if (step === undefined) throw new Error('There is no such step here.')
  await walk.take(step.action, state.senders)
  const { row } = step.after
  // A lease is told by what comes of it: recovery and handing back.
  const found = { ...(await walk.row(row.callbackId)), lease: row.lease }
  expect(keyOfRow(found), step.name).toBe(keyOfRow(row))
  return step
}

test.each(['campaign', 'reply'] as const)(
  'a %s goes the same ways in PostgreSQL as in the model',
  async (purpose) => {
    await using world = await createOutboxWorld()
    const kinds = new Set<string>()
    const choices = fc.array(fc.nat(), { minLength: 8, maxLength: 30 })
    const walks = fc.asyncProperty(choices, async (chosen) => {
      const walk = await beginWalk(world, purpose)
      let state = beginning(purpose, walk.id)
      for (const choice of chosen) {
        // Where nothing can happen any more, the walk is over.
        if (stepsFrom(state, realRules).length === 0) break
        const step = await follow(walk, state, (steps) => steps[choice % steps.length])
        kinds.add(step.action.kind)
        state = step.after
      }
      await walk.end()
    })
    await fc.assert(walks, { numRuns: 120 })
    const all = ['expire', 'hand_back', 'none', 'recover', 'resolve', 'settle', 'stamp', 'status']
    expect([...kinds].toSorted()).toEqual(all)
  },
)

// Ways that chance takes too seldom.
test.each([
  [
    'what was handed back and begun by another sender is not taken away from it',
    [
      '1 stamps',
      '1 hands back and',
      '2 stamps',
      '1 hands back again',
      '2 calls: taken, to be sent',
      '2 writes',
    ],
  ],
  [
    'a failure that is told again does not end the attempt that followed it',
    [
      '1 stamps',
      '1 calls: taken, to be failed',
      'failed of call 1',
      '2 stamps',
      'failed of call 1',
      '2 calls',
    ],
  ],
  [
    'an answer that comes when its attempt has failed is not taken for the next one',
    [
      '1 stamps',
      '1 calls: taken, to be failed',
      'failed of call 1',
      '2 stamps',
      'lease runs out',
      '1 writes',
    ],
  ],
])('%s', async (_, way) => {
  await using world = await createOutboxWorld()
  const walk = await beginWalk(world, 'campaign')
  let state = beginning('campaign', walk.id)
  for (const words of way) {
    const step = await follow(walk, state, (steps) => steps.find(({ name }) => name.includes(words)))
    state = step.after
  }
  expect(['waiting', 'failed']).not.toContain(state.row.state)
})
