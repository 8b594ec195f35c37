import type { Tx } from '../platform/database.ts'
import { groupBy } from './group-by.ts'
import { subtractSpend, takeReserved, type MessageSpend, type SpendRow } from './spend-store.ts'

/**
 * Gives back what was set aside for messages that cost nothing in the end: never called, refused, failed, or free. The caller holds them.
 * Doing it twice changes nothing.
 */
export async function returnSpend(tx: Tx, messageIds: readonly number[]): Promise<void> {
  if (messageIds.length === 0) return
  const taken = await takeReserved(tx, messageIds)
  if (taken.length === 0) return
  await subtractSpend(tx, sumSpend(taken))
}

/** What messages add to the rows of their days: of all of the shop, and of their campaigns. */
export function sumSpend(messages: readonly MessageSpend[]): SpendRow[] {
  const parts = messages.flatMap(({ shopId, campaignId, day, micros }) => [
    { shopId, campaignId: 0, day, micros },
    ...(campaignId === null ? [] : [{ shopId, campaignId, day, micros }]),
  ])
  const byKey = groupBy(parts, ({ shopId, campaignId, day }) => `${shopId} ${campaignId} ${day}`)
  return [...byKey.values()].flatMap((rows) => {
    const [first] = rows
    return first === undefined ? [] : [{ ...first, micros: rows.reduce((sum, row) => sum + row.micros, 0) }]
  })
}
