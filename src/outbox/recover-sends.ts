import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { OnMessagesChanged } from './message.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { listShopsWithAbandoned, markAbandoned } from './uncertain-store.ts'

export interface RecoverDeps {
  db: Database
  clock: Clock
  onChanged: OnMessagesChanged
}

const batchSize = 500

/**
 * Messages whose sender ended between the stamp and the answer: whether they went out, nobody can say, so they are uncertain.
 * Returns how many there were; a shop that fails keeps no other from its turn, and is told of at the end.
 */
export async function recoverSends(deps: RecoverDeps): Promise<number> {
  const now = deps.clock.now()
  let recovered = 0
  await oneAfterAnother(await listShopsWithAbandoned(deps.db), async ({ shopId }) => {
    recovered += await recoverOfShop(deps, shopId, now)
  })
  return recovered
}

function recoverOfShop(deps: RecoverDeps, shopId: number, now: Date): Promise<number> {
  return deps.db.transaction(async (tx) => {
    const abandoned = await markAbandoned(tx, { shopId, now, limit: batchSize })
    if (abandoned.length > 0)
      await deps.onChanged(
        tx,
        abandoned.map((change) => ({ ...change, at: now })),
        now,
      )
    return abandoned.length
  })
}
