import { sentenceOf } from '../reasons.ts'

/** What was decided about somebody, for a merchant to read. */
export function textOfDecision({ state, reason }: { state: string; reason: string | null }): string {
  if (reason !== null) return sentenceOf(reason)
  if (state === 'reserved') return 'Would get the message now.'
  return state === 'waiting' ? 'Waits for their turn.' : state
}

export function assumptionOf(isOn: boolean): string | null {
  return isOn
    ? null
    : 'The campaign is off. This is as if it had been on all along; switched on, it announces only what happens from then on.'
}
