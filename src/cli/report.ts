import { sentenceOf } from '../campaigns/reasons.ts'
import { reportCampaigns } from '../results/report-campaigns.ts'
import { toReportCsv } from '../results/report-csv.ts'
import { readReportQuery, type AskedReport } from '../results/report-query.ts'
import { badUsage, type CommandDeps } from './command.ts'
import { renderReport } from './report-table.ts'

export interface ReportOptions {
  from?: string | undefined
  to?: string | undefined
  campaign?: string | undefined
  by?: string | undefined
  csv?: boolean | undefined
}

/** For parseArgs. */
export const reportOptions = {
  from: { type: 'string' },
  to: { type: 'string' },
  campaign: { type: 'string' },
  by: { type: 'string' },
  csv: { type: 'boolean' },
} as const

/** `hub report` */
export async function reportCommand(deps: CommandDeps, options: ReportOptions): Promise<void> {
  const { db, shop, clock, print } = deps
  const asked = { ...options, groupBy: readGroup(options.by ?? 'campaign') }
  const read = readReportQuery(asked, shop, clock.now())
  if (read.kind === 'refused') throw badUsage(`--${read.field} ${read.message}.`)
  const report = await reportCampaigns(db, shop, read.query)
  print(options.csv === true ? toReportCsv(report).trimEnd() : renderReport(report, sentenceOf))
}

function readGroup(by: string): AskedReport['groupBy'] {
  if (by === 'campaign' || by === 'variant' || by === 'day') return by
  throw badUsage('--by is campaign, variant or day.')
}
