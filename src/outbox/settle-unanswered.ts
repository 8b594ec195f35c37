import { oneAfterAnother } from './one-after-another.ts'
import { recoverSends, type RecoverDeps } from './recover-sends.ts'
import { resolveUncertain } from './resolve-uncertain.ts'

/**
 * Finds messages whose sender has ended, and ends the waiting of those whose time is over. Returns how many; trouble with the one keeps
 * nobody from the other.
 */
export async function settleUnanswered(deps: RecoverDeps): Promise<number> {
  let settled = 0
  await oneAfterAnother([recoverSends, resolveUncertain], async (work) => {
    settled += await work(deps)
  })
  return settled
}
