import type { StockCause, StockMove } from '../catalog/product-changes.ts'
import type { WooOrder } from '../connectors/woocommerce/woo-order.ts'

const neverCounts = new Set(['cancelled', 'failed', 'trash', 'checkout-draft', 'auto-draft', 'deleted'])

/** Bought-since looks at every order that is not cancelled or failed. */
export function doesCount(status: string): boolean {
  return !neverCounts.has(status)
}

/**
 * When an order was first paid: the earliest of the shop's own date and of the versions seen as processing or completed (cash on delivery
 * gets its date only when completed). The earliest of all versions, late ones included, so that their order makes no difference.
 */
export function findPaidAt(
  known: { paidAt: Date | null } | null,
  order: Pick<WooOrder, 'paidAt' | 'status' | 'modifiedAt'>,
): Date | null {
  const isPaid = order.status === 'processing' || order.status === 'completed'
  const dates = [known?.paidAt ?? null, order.paidAt, isPaid ? order.modifiedAt : null].filter(
    (date) => date !== null,
  )
  return dates.reduce<Date | null>((first, date) => (first === null || date < first ? date : first), null)
}

/** What an order that came to a status does to stock. WooCommerce takes it out and puts it back at these statuses only. */
export interface StockEffect {
  cause: StockCause
  direction: StockMove['direction']
}

const effects: Readonly<Record<string, StockEffect>> = {
  processing: { cause: 'order', direction: 'down' },
  completed: { cause: 'order', direction: 'down' },
  'on-hold': { cause: 'order', direction: 'down' },
  cancelled: { cause: 'order_cancelled', direction: 'up' },
  refunded: { cause: 'refund', direction: 'up' },
}

export function stockEffectOf(status: string): StockEffect | undefined {
  return effects[status]
}

export function statusesMoving(direction: StockMove['direction']): string[] {
  return Object.keys(effects).filter((status) => effects[status]?.direction === direction)
}
