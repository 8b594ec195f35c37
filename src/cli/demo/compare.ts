import type { CampaignReport } from '../../results/report-campaigns.ts'
import type { LoggedDecision } from './hub-rows-store.ts'
import type { OwnCount } from './own-count.ts'

/** Figures by name. */
export type Flat = Readonly<Record<string, number | null>>

type Row = Omit<CampaignReport['totals'], never>

/** A report's row, figure by figure. */
export function flattenRow(row: Row): Flat {
  const revenue = row.revenue[0]
  return {
    considered: row.considered,
    ...prefixed('state', row.states),
    ...Object.fromEntries(
      row.reasons.map(({ state, reason, count }) => [`reason ${state} ${reason}`, count]),
    ),
    messages: row.messages,
    delivered: row.delivered,
    read: row.read,
    clicked: row.clicked,
    replied: row.replied,
    optedOut: row.optedOut,
    orders: row.orders,
    converted: row.converted,
    grossMinor: revenue?.grossMinor ?? 0,
    refundsMinor: revenue?.refundsMinor ?? 0,
    netMinor: revenue?.netMinor ?? 0,
    currencies: row.revenue.length,
    costMicros: row.cost[0]?.micros ?? 0,
    conversionRateBps: row.conversionRateBps,
    viewThroughOrders: row.viewThrough.orders,
  }
}

/** The same figures from the own count; decisions are counted as they stand in the log, one by one. */
export function flattenOwn(own: OwnCount, decisions: readonly LoggedDecision[]): Flat {
  const states = new Map<string, number>()
  for (const { state, reason } of decisions) {
    for (const name of [`state ${state}`, ...(reason === null ? [] : [`reason ${state} ${reason}`])])
      states.set(name, (states.get(name) ?? 0) + 1)
  }
  return {
    ...Object.fromEntries(states),
    ...own,
    considered: decisions.length,
    netMinor: own.grossMinor - own.refundsMinor,
    currencies: own.grossMinor + own.orders === 0 ? 0 : 1,
    conversionRateBps: own.delivered === 0 ? null : Math.round((own.converted / own.delivered) * 10_000),
    viewThroughOrders: 0,
  }
}

export function addUp(rows: readonly Flat[]): Flat {
  const sums = new Map<string, number>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) sums.set(name, (sums.get(name) ?? 0) + (value ?? 0))
  }
  return Object.fromEntries(sums)
}

/** Where two sets of figures differ, in words; what one of them does not have is 0. */
export function findDifferences(
  about: string,
  told: Flat,
  counted: Flat,
  besides: readonly string[] = [],
): string[] {
  const names = [...new Set([...Object.keys(told), ...Object.keys(counted)])].filter(
    (name) => !besides.includes(name),
  )
  return names
    .filter((name) => valueOf(told, name) !== valueOf(counted, name))
    .map(
      (name) =>
        `${about}, ${name}: the report says ${valueOf(told, name)}, the own count ${valueOf(counted, name)}`,
    )
}

function valueOf(flat: Flat, name: string): number | string {
  const value = flat[name]
  return value === null ? 'none' : (value ?? 0)
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Flat {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]))
}
