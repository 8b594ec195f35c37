import { expect, test } from 'vitest'
import { explore } from './explore.ts'
import { mistakes } from './mistakes.ts'
import { realRules } from './rules.ts'

// One message, two senders that may die at any moment, leases and grace times that may be over at any moment, a Meta that takes,
// refuses or says nothing, and its statuses in any order, doubled or never: every way that this can go is gone.

test.each([
  ['campaign', 5_000],
  ['reply', 50_000],
] as const)(
  'whatever happens to a %s, it is never sent once too often, never without a way on, and never shown as what it is not',
  (purpose, statesAtLeast) => {
    const { states, steps, violation } = explore(purpose, realRules)
    expect(violation).toBeUndefined()
    process.stdout.write(`send protocol, ${purpose}: ${states} states, ${steps} steps\n`)
    // A model that has become small shows nothing.
    expect(states).toBeGreaterThanOrEqual(statesAtLeast)
  },
)

test.each(mistakes)('it would be found if $about', ({ purpose, rules, finds }) => {
  expect(explore(purpose, { ...realRules, ...rules }).violation?.sentence).toMatch(finds)
})
