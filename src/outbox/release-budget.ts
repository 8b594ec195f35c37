import type { Tx } from '../platform/database.ts'
import { resolvePassed } from '../shops/notice-store.ts'
import { releaseWaiting } from './release-waiting.ts'

/** The shop's settings have changed, and its budgets or prices may have: what waits for tomorrow because of them looks again. */
export async function releaseBudget(tx: Tx, shopId: number, now: Date): Promise<void> {
  await releaseWaiting(tx, { shopId, reasons: ['budget_reached'] }, now)
  const toldBefore = new Date(now.getTime() + 1)
  await resolvePassed(tx, { shopId, codes: ['budget_reached'], before: toldBefore, now })
}
