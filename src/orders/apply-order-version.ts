import { explainStockChange } from '../catalog/change-store.ts'
import type { StockCause, StockMove } from '../catalog/product-changes.ts'
import type { WooOrder } from '../connectors/woocommerce/woo-order.ts'
import type { Sql, Tx } from '../platform/database.ts'
import { doesCount, findPaidAt, statusesMoving, stockEffectOf } from './decide-order.ts'
import { noteOrders } from './attribution-todo-store.ts'
import { shareRefunds, sumRefunded } from './decide-refunds.ts'
import {
  findOrderStatusNear,
  lockOrder,
  markOrderGone,
  replaceLines,
  saveOrder,
  savePaidAt,
  type KnownOrder,
} from './order-store.ts'
import { recountPurchases } from './purchases-store.ts'
import { backdateRefunds, replaceRefunds } from './refund-store.ts'

export interface OrderDeps {
  /** The person an order belongs to, made where a customer is new (`matchedBy` null); nothing when it names nobody. */
  findPerson: (
    tx: Tx,
    order: { shopId: number; order: WooOrder; now: Date },
  ) => Promise<PersonOfOrder | undefined>
  /** Coupons that an order has used. */
  onOrderCoupons?: (tx: Tx, used: { shopId: number; codes: readonly string[]; now: Date }) => Promise<void>
  /** An order was seen for the first time: how its person was found, null: nobody we knew. */
  onNewOrder?: (matchedBy: string | null) => void
}

export interface PersonOfOrder {
  personId: number
  /** How they were found; null: nobody was, so somebody was made. */
  matchedBy: MatchedBy | null
}

/** What tied an order to a person we knew: an identity, our link, or their coupon. */
export type MatchedBy = 'wc_customer' | 'phone' | 'email' | 'link' | 'coupon'

const sameTimeMinutes = 2

/**
 * Takes a version of an order in. Older ones than the one held are stale, though they may still tell when it was first paid; the same
 * again changes nothing.
 */
export async function applyOrderVersion(
  tx: Tx,
  deps: OrderDeps,
  shopId: number,
  version: { order: WooOrder; now: Date },
): Promise<{ kind: 'applied' } | { kind: 'stale' }> {
  const { order, now } = version
  const known = (await lockOrder(tx, shopId, order.wcId)) ?? null
  const paidAt = findPaidAt(known, order)
  if (known !== null && isStale(known, order)) {
    await learnFromLate(tx, known, { order, paidAt, now })
    return { kind: 'stale' }
  }
  const person = personOf(known, await deps.findPerson(tx, { shopId, order, now }))
  const refunds = shareRefunds(order)
  const row = {
    ...order,
    ...person,
    counts: doesCount(order.status),
    paidAt,
    refundedMinor: sumRefunded(order, refunds),
  }
  const orderId = await saveOrder(tx, shopId, row, now)
  await replaceLines(tx, { shopId, orderId }, order.lines)
  await replaceRefunds(tx, { shopId, orderId, at: order.modifiedAt }, refunds)
  if (known?.status !== order.status) await explain(tx, shopId, order)
  if (known === null) tx.afterCommit(() => deps.onNewOrder?.(person.matchedBy))
  if (order.couponCodes.length > 0) await deps.onOrderCoupons?.(tx, { shopId, codes: order.couponCodes, now })
  await followOrder(tx, { shopId, orderId, personIds: [known?.personId, person.personId], now })
  return { kind: 'applied' }
}

/** Somebody made for an earlier version of this order is found by its next one: that is no match with a person we knew. */
function personOf(
  known: KnownOrder | null,
  found: PersonOfOrder | undefined,
): { personId: number | null; matchedBy: string | null } {
  if (found === undefined) return { personId: known?.personId ?? null, matchedBy: known?.matchedBy ?? null }
  const isMadeForIt = known?.personId === found.personId && known.matchedBy === null
  return isMadeForIt ? { ...found, matchedBy: null } : found
}

async function learnFromLate(
  tx: Tx,
  known: KnownOrder,
  { order, paidAt, now }: { order: WooOrder; paidAt: Date | null; now: Date },
): Promise<void> {
  const wcRefundIds = order.refunds.map((refund) => refund.wcRefundId)
  const changed =
    (paidAt === null ? 0 : await savePaidAt(tx, known.id, paidAt)) +
    (await backdateRefunds(tx, known.id, { wcRefundIds, at: order.modifiedAt }))
  if (changed > 0)
    await followOrder(tx, { shopId: known.shopId, orderId: known.id, personIds: [known.personId], now })
}

/** The shop says that an order was deleted. */
export async function applyOrderDeletion(
  tx: Tx,
  gone: { shopId: number; wcId: number; now: Date },
): Promise<boolean> {
  const known = await lockOrder(tx, gone.shopId, gone.wcId)
  if (known === undefined || known.status === 'trash') return false
  await markOrderGone(tx, known.id, gone.now)
  await followOrder(tx, { ...gone, orderId: known.id, personIds: [known.personId] })
  return true
}

/** What hangs on an order: what its people have bought, and which message gets the credit. */
async function followOrder(
  tx: Tx,
  of: { shopId: number; orderId: number; personIds: readonly (number | null | undefined)[]; now: Date },
): Promise<void> {
  const personIds = of.personIds.filter((id) => typeof id === 'number')
  if (personIds.length > 0) await recountPurchases(tx, personIds, of.now)
  await noteOrders(tx, { ...of, orderIds: [of.orderId] })
}

// A deletion carries no date; what still has the date from before it is a late copy, and no return from the trash.
function isStale(known: KnownOrder, order: WooOrder): boolean {
  if (order.modifiedAt < known.modifiedAt) return true
  const wouldReturn = known.status === 'trash' && order.status !== 'trash'
  return wouldReturn && order.modifiedAt.getTime() === known.modifiedAt.getTime()
}

async function explain(tx: Tx, shopId: number, order: WooOrder): Promise<void> {
  const effect = stockEffectOf(order.status)
  if (effect === undefined) return
  const wcIds = order.lines
    .flatMap((line) => [line.productWcId, line.variationWcId ?? 0])
    .filter((wcId) => wcId > 0)
  await explainStockChange(tx, {
    shopId,
    wcIds,
    at: order.modifiedAt,
    withinMinutes: sameTimeMinutes,
    ...effect,
  })
}

/** What the orders know about a change of a product's stock: the other direction, for orders that came before it. */
export async function findStockCause(sql: Sql, move: StockMove): Promise<StockCause> {
  const statuses = statusesMoving(move.direction)
  const status = await findOrderStatusNear(sql, { ...move, statuses, withinMinutes: sameTimeMinutes })
  return (status === undefined ? undefined : stockEffectOf(status)?.cause) ?? 'unknown'
}
