import type { Database, Tx } from '../platform/database.ts'
import { handBack } from './claim-store.ts'
import { returnContactLevels } from './contact-pace-store.ts'
import { groupBy } from './group-by.ts'
import type { Started } from './start-batch.ts'

export interface ReturnDeps {
  db: Database
  onHandedBack?: (tx: Tx, messageIds: readonly number[]) => Promise<void>
}

/** Gives back what was stamped and never called: it is due again at once. Should this fail, its lease runs out and it is uncertain. */
export async function returnUnsent(deps: ReturnDeps, unsent: readonly Started[]): Promise<void> {
  for (const [numberId, messages] of groupBy(unsent, (message) => message.phoneNumberId)) {
    await deps.db.transaction(async (tx) => {
      const ids = await handBack(tx, messages)
      if (ids.length === 0) return
      const returned = messages.filter(({ id }) => ids.includes(id))
      await returnContactLevels(
        tx,
        numberId,
        returned.map((message) => message.rootId),
      )
      await deps.onHandedBack?.(tx, ids)
    })
  }
}
