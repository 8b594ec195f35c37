import type { Tx } from '../platform/database.ts'
import { dayIn } from '../shops/shop-day.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import { decideSetAside } from './decide-set-aside.ts'
import type { Ledger } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { priceOf } from './message-price.ts'
import { isMarketing } from './purpose.ts'
import { sumSpend } from './return-spend.ts'
import {
  addSpend,
  listNotSetAside,
  saveReserved,
  subtractSpend,
  takeReserved,
  type MessageSpend,
} from './spend-store.ts'

/**
 * Gives back what was set aside for messages that are known to cost nothing now, and sets aside once more what has arrived all the same.
 * The caller holds them.
 */
export async function settleSpend(
  tx: Tx,
  settled: readonly { before: Ledger; after: Ledger }[],
  now: Date,
): Promise<void> {
  const decided = settled
    .filter(({ after }) => isMarketing(after.purpose))
    .map(({ before, after }) => ({ after, decision: decideSetAside(before, after) }))
  const of = (wanted: string): Ledger[] =>
    decided.filter(({ decision }) => decision === wanted).map(({ after }) => after)
  const back = await giveBack(tx, of('give_back'))
  const again = await priceAgain(tx, of('set_aside'), now)
  if (back.length === 0 && again.length === 0) return
  const [less, more] = [sumSpend(back), sumSpend(again)]
  // All of them in one order first, so that nobody waits in a circle.
  await addSpend(
    tx,
    sumSpend([...back, ...again]).map((row) => ({ ...row, micros: 0 })),
  )
  if (less.length > 0) await subtractSpend(tx, less)
  if (more.length === 0) return
  await addSpend(tx, more)
  await saveReserved(tx, again)
}

async function giveBack(tx: Tx, ledgers: readonly Ledger[]): Promise<MessageSpend[]> {
  if (ledgers.length === 0) return []
  return takeReserved(
    tx,
    ledgers.map(({ id }) => id),
  )
}

/** On the day on which they began, as before. */
async function priceAgain(
  tx: Tx,
  ledgers: readonly Ledger[],
  now: Date,
): Promise<(MessageSpend & { id: number })[]> {
  if (ledgers.length === 0) return []
  const startedAt = new Map(ledgers.map((ledger) => [ledger.id, ledger.startedAt ?? now]))
  const rows = await listNotSetAside(tx, [...startedAt.keys()])
  const priced: (MessageSpend & { id: number })[] = []
  for (const [shopId, ofShop] of groupBy(rows, (row) => row.shopId)) {
    const { timeZone } = await loadShop(tx, shopId)
    const { prices } = (await loadShopSettings(tx, shopId)).sending
    for (const { id, campaignId, country } of ofShop) {
      const day = dayIn(timeZone, startedAt.get(id) ?? now)
      priced.push({ id, shopId, campaignId, day, micros: priceOf(prices, country) })
    }
  }
  return priced
}
