import type { Tx } from '../platform/database.ts'
import { releaseRows } from './guard-store.ts'

/**
 * What was put off for these reasons is due now: the budget was raised, the campaign goes on. It is checked again like everything else.
 * Returns how many messages that are.
 */
export async function releaseWaiting(
  tx: Tx,
  which: { shopId: number; campaignId?: number; reasons: readonly string[] },
  now: Date,
): Promise<number> {
  return which.reasons.length === 0 ? 0 : releaseRows(tx, which, now)
}
