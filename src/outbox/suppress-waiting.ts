import type { Tx } from '../platform/database.ts'
import { suppressWaitingRows } from './message-store.ts'
import type { OnMessagesChanged, Purpose } from './message.ts'

/**
 * Ends what waits for a person (all merged records), so that an opt-out also holds for what is planned. What has been started stays
 * as it is. Returns how many messages ended.
 */
export async function suppressWaiting(
  tx: Tx,
  deps: { onChanged: OnMessagesChanged },
  which: { shopId: number; personId: number; purposes: readonly Purpose[]; reason: string; now: Date },
): Promise<number> {
  const suppressed = await suppressWaitingRows(tx, which)
  if (suppressed.length > 0)
    await deps.onChanged(
      tx,
      suppressed.map((change) => ({ ...change, at: which.now })),
      which.now,
    )
  return suppressed.length
}
