import type { Tx } from '../platform/database.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import { listDeliveries, saveCosts } from './cost-store.ts'
import type { Ledger } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { decideCost } from './message-price.ts'
import { isMarketing } from './purpose.ts'

/** Writes what messages cost, once they are delivered or Meta says that they were free. The caller has locked them and saved the rest. */
export async function fixCosts(tx: Tx, settled: readonly { before: Ledger; after: Ledger }[]): Promise<void> {
  const due = settled.filter(
    ({ before, after }) => isMarketing(after.purpose) && mayCostOtherwise(before, after),
  )
  if (due.length === 0) return
  const rows = await listDeliveries(
    tx,
    due.map(({ after }) => after.id),
  )
  for (const [shopId, ofShop] of groupBy(rows, (row) => row.shopId)) {
    const { prices } = (await loadShopSettings(tx, shopId)).sending
    const costs = ofShop.flatMap(({ id, costMicros, costCurrency, ...row }) => {
      const known =
        costMicros === null || costCurrency === null ? null : { micros: costMicros, currency: costCurrency }
      const cost = decideCost(prices, { ...row, cost: known })
      return cost?.micros === known?.micros ? [] : [{ id, cost }]
    })
    await saveCosts(tx, costs)
  }
}

function mayCostOtherwise(before: Ledger, after: Ledger): boolean {
  return isDelivered(after) && (!isDelivered(before) || before.pricingType !== after.pricingType)
}

function isDelivered(ledger: Ledger): boolean {
  return ledger.deliveredAt !== null || ledger.readAt !== null
}
