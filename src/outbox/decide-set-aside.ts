import type { Ledger } from './decide-settlement.ts'
import type { MessageState } from './message.ts'

/** What is not on its way and did not arrive costs nothing. */
export const unsentStates: readonly MessageState[] = [
  'waiting',
  'failed',
  'suppressed',
  'expired',
  'held_out',
]

/**
 * What is to become of what was set aside in the budget for a message, once more is known of it. It hangs on what is known alone, so that
 * the same statuses leave the same in whatever order they come: what failed and arrived all the same is set aside once more.
 */
export function decideSetAside(before: Ledger, after: Ledger): 'give_back' | 'set_aside' | undefined {
  const [was, is] = [mayCost(before), mayCost(after)]
  if (was === is) return undefined
  return is ? 'set_aside' : 'give_back'
}

function mayCost({ state, pricingType }: Ledger): boolean {
  return !unsentStates.includes(state) && pricingType?.startsWith('free') !== true
}
