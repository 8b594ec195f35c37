/** The states a candidacy can be in, in the order in which a report lists them: open ones first. */
export const candidacyStates = [
  'waiting',
  'reserved',
  'uncertain',
  'sent',
  'delivered',
  'failed',
  'unknown',
  'suppressed',
  'held_out',
  'expired',
] as const

export type CandidacyState = (typeof candidacyStates)[number]

export interface Revenue {
  currency: string
  /** Value of the credited orders that stand, before refunds. */
  grossMinor: number
  refundsMinor: number
  netMinor: number
}

export interface Cost {
  currency: string
  /** Millionths of a unit. */
  micros: number
}

/** What happened to a number of candidacies; the figures of groups add up to those of all. */
export interface Figures {
  considered: number
  states: Record<CandidacyState, number>
  reasons: { state: string; reason: string; count: number }[]
  /** Messages that began to be sent; one that answers several candidacies counts once, at the most valuable of them. */
  messages: number
  delivered: number
  read: number
  clicked: number
  replied: number
  optedOut: number
  /** Credited orders that stand. */
  orders: number
  /** Messages with at least one of them. */
  converted: number
  revenue: Revenue[]
  cost: Cost[]
  /** converted / delivered; null when nothing was delivered. */
  conversionRateBps: number | null
  /** Orders after a message that was only delivered or read: in no other figure. */
  viewThrough: { orders: number; revenue: Revenue[] }
}

/** A part of a group's figures, as it was counted. */
export interface Part extends Partial<Counts> {
  state?: { state: string; reason: string | null; count: number }
  revenue?: { isViewThrough: boolean; currency: string; grossMinor: number; refundsMinor: number }
  cost?: Cost | undefined
}

interface Counts {
  messages: number
  delivered: number
  read: number
  clicked: number
  replied: number
  optedOut: number
  orders: number
  converted: number
  viewThroughOrders: number
}

const countNames = [
  'messages',
  'delivered',
  'read',
  'clicked',
  'replied',
  'optedOut',
  'orders',
  'converted',
  'viewThroughOrders',
] as const satisfies readonly (keyof Counts)[]

export function addUp(parts: readonly Part[]): Figures {
  const count = Object.fromEntries(
    countNames.map((name) => [name, sum(parts, (part) => part[name])]),
  ) as Record<keyof Counts, number>
  const { viewThroughOrders, ...counts } = count
  const told = parts.flatMap((part) => part.state ?? [])
  const earned = parts.flatMap((part) => part.revenue ?? [])
  return {
    considered: sum(told, (one) => one.count),
    states: Object.fromEntries(
      candidacyStates.map((state) => [state, sum(told, (one) => (one.state === state ? one.count : 0))]),
    ) as Figures['states'],
    reasons: addReasons(told),
    ...counts,
    revenue: addRevenue(earned.filter((one) => !one.isViewThrough)),
    cost: addCost(parts.flatMap((part) => part.cost ?? [])),
    conversionRateBps:
      counts.delivered === 0 ? null : Math.round((counts.converted * 10_000) / counts.delivered),
    viewThrough: {
      orders: viewThroughOrders,
      revenue: addRevenue(earned.filter((one) => one.isViewThrough)),
    },
  }
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number | undefined): number {
  return items.reduce((total, item) => total + (valueOf(item) ?? 0), 0)
}

/** The most frequent first. */
function addReasons(told: readonly NonNullable<Part['state']>[]): Figures['reasons'] {
  const sums = new Map<string, Figures['reasons'][number]>()
  for (const { state, reason, count } of told) {
    if (reason === null) continue
    const key = `${state} ${reason}`
    const known = sums.get(key)
    if (known === undefined) sums.set(key, { state, reason, count })
    else known.count += count
  }
  return [...sums.values()].sort(
    (a, b) => b.count - a.count || a.reason.localeCompare(b.reason) || a.state.localeCompare(b.state),
  )
}

/** Each currency once: amounts of different ones are never added. */
function addRevenue(earned: readonly NonNullable<Part['revenue']>[]): Revenue[] {
  const sums = new Map<string, Revenue>()
  for (const { currency, grossMinor, refundsMinor } of earned) {
    const known = sums.get(currency) ?? { currency, grossMinor: 0, refundsMinor: 0, netMinor: 0 }
    sums.set(currency, {
      currency,
      grossMinor: known.grossMinor + grossMinor,
      refundsMinor: known.refundsMinor + refundsMinor,
      netMinor: known.netMinor + grossMinor - refundsMinor,
    })
  }
  return [...sums.values()].sort((a, b) => a.currency.localeCompare(b.currency))
}

function addCost(costs: readonly Cost[]): Cost[] {
  const sums = new Map<string, number>()
  for (const { currency, micros } of costs) sums.set(currency, (sums.get(currency) ?? 0) + micros)
  return [...sums]
    .map(([currency, micros]) => ({ currency, micros }))
    .sort((a, b) => a.currency.localeCompare(b.currency))
}
