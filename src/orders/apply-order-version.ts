import { explainStockChange } from '../catalog/change-store.ts'
import type { StockCause, StockMove } from '../catalog/product-changes.ts'
import type { WooOrder } from '../connectors/woocommerce/woo-order.ts'
import type { Sql, Tx } from '../platform/database.ts'
import { doesCount, findPaidAt, statusesMoving, stockEffectOf } from './decide-order.ts'
import {
  findOrderStatusNear,
  lockOrder,
  replaceLines,
  saveOrder,
  savePaidAt,
  type KnownOrder,
} from './order-store.ts'

export interface OrderDeps {
  /** The person an order belongs to, made where a customer is new; nothing when it names nobody. */
  findPerson: (
    tx: Tx,
    order: { shopId: number; order: WooOrder; now: Date },
  ) => Promise<{ personId: number; matchedBy: string } | undefined>
}

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
    if (paidAt !== null) await savePaidAt(tx, known.id, paidAt)
    return { kind: 'stale' }
  }
  const person = await deps.findPerson(tx, { shopId, order, now })
  const orderId = await saveOrder(
    tx,
    shopId,
    {
      ...order,
      counts: doesCount(order.status),
      paidAt,
      personId: person?.personId ?? known?.personId ?? null,
      matchedBy: person?.matchedBy ?? known?.matchedBy ?? null,
    },
    now,
  )
  await replaceLines(tx, { shopId, orderId }, order.lines)
  if (known?.status !== order.status) await explain(tx, shopId, order)
  return { kind: 'applied' }
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
