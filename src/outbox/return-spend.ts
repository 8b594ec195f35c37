import type { Tx } from '../platform/database.ts'
import { groupBy } from './group-by.ts'
import { subtractSpend, takeReserved } from './spend-store.ts'

/**
 * Gives back what was set aside for messages that cost nothing in the end: never called, refused, failed, or free. The caller holds them.
 * Doing it twice changes nothing.
 */
export async function returnSpend(tx: Tx, messageIds: readonly number[]): Promise<void> {
  if (messageIds.length === 0) return
  const taken = await takeReserved(tx, messageIds)
  if (taken.length === 0) return
  const parts = taken.flatMap((one) => [
    { ...one, campaignId: 0 },
    ...(one.campaignId === null ? [] : [{ ...one, campaignId: one.campaignId }]),
  ])
  const byKey = groupBy(parts, ({ shopId, campaignId, day }) => `${shopId} ${campaignId} ${day}`)
  await subtractSpend(
    tx,
    [...byKey.values()].flatMap((rows) => {
      const [first] = rows
      return first === undefined ? [] : [{ ...first, micros: rows.reduce((sum, row) => sum + row.micros, 0) }]
    }),
  )
}
