import { findFailure } from '../connectors/meta/failure-table.ts'
import type { MetaError } from '../connectors/meta/webhook-types.ts'
import type { Tx } from '../platform/database.ts'
import { noticeOfNumber } from './follow-failures.ts'
import { pauseNumber, slowDown } from './pace-store.ts'

/**
 * Errors that a webhook tells of a number, and of no message: too much at once, maintenance. What would stop the number is left to the next
 * message, whose refusal says it again: a webhook may be days old. Returns how many meant something.
 */
export async function followNumberErrors(
  tx: Tx,
  about: { shopId: number; phoneNumberId: number; errors: readonly MetaError[] },
  now: Date,
): Promise<number> {
  const { shopId, phoneNumberId } = about
  let followed = 0
  for (const { code, title, details } of about.errors) {
    const failure = findFailure(code)
    const ledger = { shopId, phoneNumberId, errorCode: code, errorDetails: details ?? title }
    if (failure.effect?.kind === 'slow_number') {
      await slowDown(tx, phoneNumberId)
      await noticeOfNumber(tx, 'number_slowed', { ledger, failure }, now)
    } else if (failure.effect?.kind === 'pause') {
      const { scope, seconds } = failure.effect
      const pause = { seconds, reason: failure.reason, wholeAccount: scope === 'account' }
      await pauseNumber(tx, phoneNumberId, pause)
      await noticeOfNumber(tx, 'number_paused', { ledger, failure }, now)
    } else continue
    followed++
  }
  return followed
}
