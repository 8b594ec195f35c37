import type { Database, Tx } from '../platform/database.ts'
import { handBack, type Stamped } from './claim-store.ts'

export interface ReturnDeps {
  db: Database
  onHandedBack?: (tx: Tx, messageIds: readonly number[]) => Promise<void>
}

/** Gives back what was stamped and never called: it is due again at once. Should this fail, its lease runs out and it is uncertain. */
export async function returnUnsent(deps: ReturnDeps, stamped: readonly Stamped[]): Promise<void> {
  if (stamped.length === 0) return
  await deps.db.transaction(async (tx) => {
    const ids = await handBack(tx, stamped)
    if (ids.length > 0) await deps.onHandedBack?.(tx, ids)
  })
}
