import { waitingLedger } from './ledger.ts'
import { createFindViolation } from './find-violation.ts'
import type { Rules } from './rules.ts'
import { stepsFrom } from './steps.ts'
import { keyOf, type WorldState } from './world-state.ts'

export interface Explored {
  states: number
  steps: number
  violation: { sentence: string; way: string[] } | undefined
}

interface Visit {
  state: WorldState
  from: Visit | undefined
  step: string
}

/** Every state that two senders, crashes, late answers and statuses can lead to; the nearest ones first, so that a violation has the shortest way. */
export function explore(purpose: 'campaign' | 'reply', rules: Rules): Explored {
  const first: Visit = { state: beginning(purpose), from: undefined, step: 'it waits' }
  const seen = new Set([keyOf(first.state)])
  const visits = [first]
  const findViolation = createFindViolation(rules)
  let steps = 0
  // The list grows while it is gone through.
  for (const visit of visits) {
    const next = stepsFrom(visit.state, rules)
    const sentence = findViolation(visit.state, next)
    if (sentence !== undefined)
      return { states: seen.size, steps, violation: { sentence, way: wayTo(visit) } }
    for (const { name, after } of next) {
      steps += 1
      const key = keyOf(after)
      if (seen.has(key)) continue
      seen.add(key)
      visits.push({ state: after, from: visit, step: name })
    }
  }
  return { states: seen.size, steps, violation: undefined }
}

export function beginning(purpose: 'campaign' | 'reply', id = 1): WorldState {
  return {
    row: { ...waitingLedger(purpose), id, callbackId: 'c0', lease: 0 },
    senders: [{ kind: 'idle' }, { kind: 'idle' }],
    taken: [],
    forgivenBelow: 0,
  }
}

function wayTo(visit: Visit): string[] {
  const way: string[] = []
  for (let at: Visit | undefined = visit; at !== undefined; at = at.from) way.unshift(at.step)
  return way
}
