import { sentenceOf } from '../reasons.ts'
import type { Outcome } from './compare-store.ts'

const outcomes: Readonly<Record<string, string>> = {
  told: 'Told.',
  held_out: 'Held out, for comparison.',
  waiting: 'Waits for their turn.',
  expired: 'The occasion ran out before they could be told.',
}

/** What became of somebody, for a merchant to read. */
export function textOfOutcome(outcome: Outcome | null): string {
  if (outcome === null) return 'Not considered.'
  return outcome.reason === null ? (outcomes[outcome.outcome] ?? outcome.outcome) : sentenceOf(outcome.reason)
}
