import type { WooRefund } from '../connectors/woocommerce/read-order-parts.ts'
import type { WooOrder } from '../connectors/woocommerce/woo-order.ts'

export interface SharedRefund extends WooRefund {
  /** Its share of the items' value (after discounts, without tax and shipping). */
  itemsMinor: number
}

/**
 * What each refund takes back of the items' value. An order names a refund's amount with tax and shipping and nothing else, so its share
 * is the items' share of the order's total; shared out over the running sum, so that all parts of a full refund make up all items.
 */
export function shareRefunds(order: Pick<WooOrder, 'itemsMinor' | 'totalMinor' | 'refunds'>): SharedRefund[] {
  let sumMinor = 0
  return order.refunds.map((refund) => {
    const before = itemsWithin(order, sumMinor)
    sumMinor += refund.totalMinor
    return { ...refund, itemsMinor: itemsWithin(order, sumMinor) - before }
  })
}

/** How much of the items' value has come back; all of it when the shop calls the order refunded. */
export function sumRefunded(
  order: Pick<WooOrder, 'itemsMinor' | 'status'>,
  refunds: readonly SharedRefund[],
): number {
  return order.status === 'refunded'
    ? order.itemsMinor
    : refunds.reduce((sum, refund) => sum + refund.itemsMinor, 0)
}

// To the nearest unit, halves up. In BigInt: the product of two amounts is no safe integer.
function itemsWithin(
  { itemsMinor, totalMinor }: Pick<WooOrder, 'itemsMinor' | 'totalMinor'>,
  refundedMinor: number,
): number {
  if (refundedMinor <= 0) return 0
  if (refundedMinor >= totalMinor) return itemsMinor
  const [items, total, refunded] = [BigInt(itemsMinor), BigInt(totalMinor), BigInt(refundedMinor)]
  return Number((2n * items * refunded + total) / (2n * total))
}
