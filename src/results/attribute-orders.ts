import type { LinkTokens } from '../outbox/link-token.ts'
import { groupBy } from '../outbox/group-by.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import {
  listClickTraces,
  listCouponTraces,
  listRefunds,
  listViewTraces,
  takeOrders,
  type OrderToCredit,
} from './credit-store.ts'
import { decideCredit, type CreditRules, type Traces } from './decide-credit.ts'
import { decideEntries, findDifference, type Entry, type OrderValue } from './decide-entries.ts'
import { addToLedger, sumLedger } from './ledger-store.ts'

export interface AttributeDeps {
  db: Database
  clock: Clock
  links: LinkTokens
}

/** Works out orders whose credit may have changed. */
export const attributeLane = 'results.attribute'

const batchSize = 200
const dayMs = 86_400_000

/** One batch: takes orders off the list and adds to the ledger what is missing there. Returns how many orders it was. */
export function attributeOrders({ db, clock, links }: AttributeDeps): Promise<number> {
  return db.transaction(async (tx) => {
    const now = clock.now()
    const orders = await takeOrders(tx, now, batchSize)
    for (const [shopId, ofShop] of groupBy(orders, (order) => order.shopId)) {
      const { results, retention } = await loadShopSettings(tx, shopId)
      const tracesSince = new Date(now.getTime() - (retention.viewDays - results.clickDays) * dayMs)
      await creditOrders(tx, ofShop, { links, rules: results, tracesSince, now })
    }
    return orders.length
  })
}

async function creditOrders(
  tx: Tx,
  orders: readonly OrderToCredit[],
  { links, rules, tracesSince, now }: { links: LinkTokens; rules: CreditRules; tracesSince: Date; now: Date },
): Promise<void> {
  const ids = orders.map((order) => order.id)
  const tracesOf = await readTraces(tx, orders, { links, rules })
  const refunds = groupBy(await listRefunds(tx, ids), (refund) => refund.orderId)
  const held = groupBy(await sumLedger(tx, ids), (entry) => entry.orderId)
  const missing = orders.flatMap((order) => {
    const entries = held.get(order.id) ?? []
    // The clicks of an old order are forgotten by now (retention.viewDays); who has its credit keeps it.
    const kept = order.placedAt < tracesSince ? entries.find(isCredit) : undefined
    const credit = kept ?? decideCredit(order, tracesOf(order.id), rules)
    const due = decideEntries(valueOf(order, refunds.get(order.id) ?? []), credit)
    return findDifference(due, entries).map((row) => ({ ...row, orderId: order.id }))
  })
  await addToLedger(tx, missing, now)
}

function isCredit(entry: Entry): boolean {
  return entry.group === 'credit' && entry.conversions > 0
}

async function readTraces(
  tx: Tx,
  orders: readonly OrderToCredit[],
  { links, rules }: { links: LinkTokens; rules: CreditRules },
): Promise<(orderId: number) => Traces> {
  const ids = orders.map((order) => order.id)
  const followed = orders.flatMap(({ id: orderId, linkToken }) => {
    const target = linkToken === null ? undefined : links.read(linkToken)
    return target === undefined ? [] : [{ orderId, messageId: target.messageId }]
  })
  const orderOf = (trace: { orderId: number }): number => trace.orderId
  const coupons = groupBy(await listCouponTraces(tx, ids), orderOf)
  const clicks = groupBy(await listClickTraces(tx, ids, { days: rules.clickDays, links: followed }), orderOf)
  const views = groupBy(
    rules.viewThrough ? await listViewTraces(tx, ids, rules.viewThroughDays) : [],
    orderOf,
  )
  return (orderId) => ({
    coupons: coupons.get(orderId) ?? [],
    clicks: clicks.get(orderId) ?? [],
    views: views.get(orderId) ?? [],
  })
}

function valueOf(
  order: OrderToCredit,
  refunds: readonly { itemsMinor: number; totalMinor: number; at: Date }[],
): OrderValue {
  const refundedMinor = refunds.reduce((sum, refund) => sum + refund.totalMinor, 0)
  return {
    ...order,
    // A deletion has no date of the shop's.
    changedAt: order.status === 'trash' ? order.updatedAt : order.modifiedAt,
    isAllRefunded: order.status === 'refunded' || (refunds.length > 0 && refundedMinor >= order.totalMinor),
    refunds,
  }
}
