import { formatMoney } from '../platform/money.ts'
import type { Cost, Figures, Revenue } from '../results/figures.ts'
import type { CampaignReport } from '../results/report-campaigns.ts'

/** A report as somebody at a terminal reads it. `sentenceOf` says reasons in words. */
export function renderReport(report: CampaignReport, sentenceOf: (reason: string) => string): string {
  return [
    `Campaigns of ${report.shop}, ${report.from} to ${report.to} (days of ${report.timeZone})`,
    '',
    ...renderTable(report),
    '',
    ...renderReasons(report.totals, sentenceOf),
    ...renderViewThrough(report.totals),
    ...renderLift(report),
    ...report.orders.map(
      ({ currency, paid, unmatched, unmatchedMinor }) =>
        `Orders placed in these days in ${currency}: ${paid} paid, of which ${unmatched} of nobody we knew ` +
        `(${formatMoney(unmatchedMinor, currency, 'en')}).`,
    ),
  ].join('\n')
}

const heads = [
  'campaign', 'considered', 'waiting', 'no', 'held out', 'messages', 'delivered', 'read', 'clicked', 'replied', 'stopped', 'orders',
  'rate', 'net revenue', 'cost',
] // prettier-ignore

function renderTable({ rows, totals }: CampaignReport): string[] {
  const cells = [
    heads,
    ...rows.map((row) => [
      [row.day, row.campaign, row.variant].filter((part) => part !== null).join(' '),
      ...figuresOf(row),
    ]),
    ['all', ...figuresOf(totals)],
  ]
  const widths = heads.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)))
  return cells.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

function figuresOf(row: Figures): string[] {
  const { states } = row
  const numbers = [
    row.considered,
    states.waiting + states.reserved + states.uncertain,
    states.suppressed + states.expired,
    states.held_out,
    row.messages,
    row.delivered,
    row.read,
    row.clicked,
    row.replied,
    row.optedOut,
    row.orders,
  ]
  const rate = row.conversionRateBps === null ? '-' : percent(row.conversionRateBps)
  return [...numbers.map(String), rate, writeRevenue(row.revenue), writeCost(row.cost)]
}

function writeRevenue(revenue: readonly Revenue[]): string {
  return revenue.map(({ currency, netMinor }) => formatMoney(netMinor, currency, 'en')).join(' + ') || '-'
}

function writeCost(costs: readonly Cost[]): string {
  return (
    costs.map(({ currency, micros }) => `${(micros / 1_000_000).toFixed(2)} ${currency}`).join(' + ') || '-'
  )
}

function renderReasons({ reasons }: Figures, sentenceOf: (reason: string) => string): string[] {
  if (reasons.length === 0) return []
  const width = String(reasons[0]?.count ?? 0).length
  return [
    'Why not, or not yet:',
    ...reasons.map(
      ({ state, reason, count }) =>
        `  ${String(count).padStart(width)}  ${state}, ${reason}: ${sentenceOf(reason)}`,
    ),
    '',
  ]
}

function renderViewThrough({ viewThrough }: Figures): string[] {
  if (viewThrough.orders === 0) return []
  const revenue = writeRevenue(viewThrough.revenue)
  return [`Besides: ${viewThrough.orders} orders (${revenue}) after a message that was only seen.`, '']
}

function renderLift({ lift, liftDays, liftMethod }: CampaignReport): string[] {
  const shown = lift.map(({ campaign, treated, control, ...one }) => {
    const arms = `${treated.hits} of ${treated.of} ordered within ${liftDays} days, in the control group ${control.hits} of ${control.of}`
    if (one.differenceBps === null || one.lowBps === null || one.highBps === null)
      return `  ${campaign}: ${arms}: no comparison (${one.reason === 'no_control_group' ? 'no control group' : 'nobody was to get a message'})`
    return `  ${campaign}: ${arms}: ${points(one.differenceBps)} percentage points (${points(one.lowBps)} to ${points(one.highBps)})`
  })
  return shown.length === 0 ? [] : [`What the messages caused (${liftMethod}):`, ...shown, '']
}

function percent(bps: number): string {
  return `${(bps / 100).toFixed(1)} %`
}

function points(bps: number): string {
  return `${bps > 0 ? '+' : ''}${(bps / 100).toFixed(1)}`
}
