import type { Sql } from '../platform/database.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import { listDeliveries } from './cost-store.ts'
import type { Ledger } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { decideCost, type Cost } from './message-price.ts'
import { isMarketing } from './purpose.ts'

/** What messages cost now, by id, where that has changed: once they are delivered, or when Meta says that they were free. */
export async function listNewCosts(
  sql: Sql,
  settled: readonly { before: Ledger; after: Ledger }[],
): Promise<Map<number, Cost | null>> {
  const due = new Map(
    settled
      .filter(({ before, after }) => isMarketing(after.purpose) && mayCostOtherwise(before, after))
      .map(({ after }) => [after.id, after]),
  )
  const costs = new Map<number, Cost | null>()
  if (due.size === 0) return costs
  const rows = await listDeliveries(sql, [...due.keys()])
  for (const [shopId, ofShop] of groupBy(rows, (row) => row.shopId)) {
    const { prices } = (await loadShopSettings(sql, shopId)).sending
    for (const { id, costMicros, costCurrency, ...row } of ofShop) {
      const known =
        costMicros === null || costCurrency === null ? null : { micros: costMicros, currency: costCurrency }
      const pricingType = due.get(id)?.pricingType ?? null
      const cost = decideCost(prices, { ...row, isDelivered: true, pricingType, cost: known })
      if (cost?.micros !== known?.micros) costs.set(id, cost)
    }
  }
  return costs
}

function mayCostOtherwise(before: Ledger, after: Ledger): boolean {
  return isDelivered(after) && (!isDelivered(before) || before.pricingType !== after.pricingType)
}

function isDelivered(ledger: Ledger): boolean {
  return ledger.deliveredAt !== null || ledger.readAt !== null
}
