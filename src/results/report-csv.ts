import { toDecimal } from '../platform/money.ts'
import { candidacyStates, type Figures } from './figures.ts'
import type { CampaignReport } from './report-campaigns.ts'

type Row = CampaignReport['rows'][number]

interface Column {
  name: string
  valueOf: (row: Row) => string | number | null
}

/**
 * One line per row of the report (RFC 4180), amounts as decimals, a column for each currency and reason that occurs. A text that a spreadsheet
 * would take for a formula is kept a text.
 */
export function toReportCsv(report: CampaignReport): string {
  const columns = columnsOf(report.totals)
  const lines = [
    columns.map((column) => writeCell(column.name)),
    ...report.rows.map((row) => columns.map((column) => writeCell(column.valueOf(row)))),
  ]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

function columnsOf(totals: Figures): Column[] {
  return [
    { name: 'day', valueOf: (row) => row.day },
    { name: 'campaign', valueOf: (row) => row.campaign },
    { name: 'variant', valueOf: (row) => row.variant },
    { name: 'considered', valueOf: (row) => row.considered },
    ...candidacyStates.map((state) => ({ name: `state_${state}`, valueOf: (row: Row) => row.states[state] })),
    ...counts.map((name) => ({ name: `count_${name}`, valueOf: (row: Row) => row[name] })),
    { name: 'conversion_rate_bps', valueOf: (row) => row.conversionRateBps },
    ...totals.revenue.flatMap(({ currency }) => revenueColumns(currency)),
    ...totals.cost.map(({ currency }) => ({
      name: `cost_${currency}`,
      valueOf: (row: Row) => toUnits(row.cost.find((cost) => cost.currency === currency)?.micros ?? 0),
    })),
    { name: 'view_through_orders', valueOf: (row) => row.viewThrough.orders },
    ...totals.reasons.map(({ state, reason }) => ({
      name: `reason_${state}_${reason}`,
      valueOf: (row: Row) =>
        row.reasons.find((one) => one.state === state && one.reason === reason)?.count ?? 0,
    })),
  ]
}

const counts = [
  'messages',
  'delivered',
  'read',
  'clicked',
  'replied',
  'optedOut',
  'orders',
  'converted',
] as const

function revenueColumns(currency: string): Column[] {
  const amounts = { gross: 'grossMinor', refunds: 'refundsMinor', net: 'netMinor' } as const
  return Object.entries(amounts).map(([name, field]) => ({
    name: `${name}_${currency}`,
    valueOf: (row) => {
      const revenue = row.revenue.find((one) => one.currency === currency)
      return Number(toDecimal(revenue?.[field] ?? 0, currency))
    },
  }))
}

function toUnits(micros: number): number {
  return micros / 1_000_000
}

/** Numbers are ours; a text that begins like a formula gets an apostrophe (OWASP, "CSV Injection"). */
export function writeCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
