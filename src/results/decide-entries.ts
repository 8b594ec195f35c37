import type { Credit, How } from './decide-credit.ts'

/** What an order is worth, and what became of that. */
export interface OrderValue {
  /** Items after discounts, without tax and shipping. */
  itemsMinor: number
  currency: string
  paidAt: Date | null
  /** Not cancelled, failed or deleted. */
  counts: boolean
  /** When it came to be so, or was called refunded. */
  changedAt: Date
  /** Nothing of its money is left with the shop. */
  isAllRefunded: boolean
  /** The items' shares of its refunds. */
  refunds: readonly { itemsMinor: number; at: Date }[]
}

/** What one day of an order adds to (or takes from) a message: the ledger's rows of the same key add up to it. */
export interface Entry {
  group: 'credit' | 'refund'
  messageId: number
  how: How
  currency: string
  at: Date
  conversions: number
  amountMinor: number
}

/**
 * What the ledger must hold of an order: its value on the day it was first paid; what came back on the days of the refunds, with the last
 * of which the conversion falls if nothing is left; and the rest on the day it was cancelled.
 */
export function decideEntries(order: OrderValue, credit: Credit | undefined): Entry[] {
  const { paidAt, currency, changedAt, itemsMinor } = order
  if (credit === undefined || paidAt === null) return []
  const about = { messageId: credit.messageId, how: credit.how, currency }
  const refunds = refundsOf(order)
  const refundedMinor = refunds.reduce((sum, refund) => sum + refund.itemsMinor, 0)
  const cancelled: Entry = {
    ...about,
    group: 'credit',
    at: changedAt,
    conversions: order.isAllRefunded ? 0 : -1,
    amountMinor: refundedMinor - itemsMinor,
  }
  return [
    { ...about, group: 'credit', at: paidAt, conversions: 1, amountMinor: itemsMinor },
    ...refunds.map((refund, nth): Entry => {
      const isLast = order.isAllRefunded && nth === refunds.length - 1
      return {
        ...about,
        group: 'refund',
        at: refund.at,
        conversions: isLast ? -1 : 0,
        amountMinor: -refund.itemsMinor,
      }
    }),
    ...(order.counts ? [] : [cancelled]),
  ]
}

// Where the shop calls an order refunded without naming (all of) the refunds, the rest came back that day.
function refundsOf(order: OrderValue): { itemsMinor: number; at: Date }[] {
  const named = [...order.refunds].sort((a, b) => a.at.getTime() - b.at.getTime())
  if (!order.isAllRefunded) return named
  const restMinor = order.itemsMinor - named.reduce((sum, refund) => sum + refund.itemsMinor, 0)
  return restMinor === 0 && named.length > 0
    ? named
    : [...named, { itemsMinor: restMinor, at: order.changedAt }]
}

export interface LedgerRow extends Omit<Entry, 'group'> {
  entry: 'credit' | 'credit_withdrawn' | 'refund' | 'refund_withdrawn'
}

/**
 * The rows to add so that those which the ledger holds of an order come to what is due. Nothing is ever taken out; and each day's sums are
 * put right on that day, so that it makes no difference in which order things were learned.
 */
export function findDifference(due: readonly Entry[], held: readonly Entry[]): LedgerRow[] {
  const sums = new Map<string, Entry>()
  const add = (entry: Entry, sign: 1 | -1): void => {
    const key = [entry.group, entry.messageId, entry.how, entry.currency, entry.at.getTime()].join()
    const sum = sums.get(key) ?? { ...entry, conversions: 0, amountMinor: 0 }
    sums.set(key, {
      ...sum,
      conversions: sum.conversions + sign * entry.conversions,
      amountMinor: sum.amountMinor + sign * entry.amountMinor,
    })
  }
  for (const entry of due) add(entry, 1)
  for (const entry of held) add(entry, -1)
  return [...sums.values()].filter((sum) => sum.conversions !== 0 || sum.amountMinor !== 0).map(toRow)
}

function toRow({ group, ...sum }: Entry): LedgerRow {
  const isPlus = sum.amountMinor > 0 || (sum.amountMinor === 0 && sum.conversions > 0)
  if (group === 'credit') return { ...sum, entry: isPlus ? 'credit' : 'credit_withdrawn' }
  return { ...sum, entry: isPlus ? 'refund_withdrawn' : 'refund' }
}
