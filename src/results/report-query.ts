import { DateTime } from 'luxon'
import type { Shop } from '../shops/shop.ts'
import type { ReportQuery } from './report-campaigns.ts'

export interface AskedReport {
  from?: string | undefined
  to?: string | undefined
  campaign?: string | undefined
  groupBy: ReportQuery['groupBy']
}

export type ReadReportQuery =
  { kind: 'query'; query: ReportQuery } | { kind: 'refused'; field: string; message: string }

const mostDays = 400

/** The last thirty days in the shop's zone, unless said otherwise. */
export function readReportQuery(
  asked: AskedReport,
  { timeZone }: Pick<Shop, 'timeZone'>,
  now: Date,
): ReadReportQuery {
  const to = asked.to ?? DateTime.fromJSDate(now, { zone: timeZone }).toFormat('yyyy-MM-dd')
  const lastDay = readDay(to)
  if (lastDay === undefined)
    return { kind: 'refused', field: 'to', message: 'must be a day such as 2026-03-31' }
  const from = asked.from ?? lastDay.minus({ days: 29 }).toFormat('yyyy-MM-dd')
  const firstDay = readDay(from)
  if (firstDay === undefined)
    return { kind: 'refused', field: 'from', message: 'must be a day such as 2026-03-01' }
  const days = lastDay.diff(firstDay, 'days').days + 1
  if (days < 1) return { kind: 'refused', field: 'from', message: 'must not be after `to`' }
  if (days > mostDays)
    return { kind: 'refused', field: 'from', message: `must be less than ${mostDays} days before \`to\`` }
  return { kind: 'query', query: { from, to, campaign: asked.campaign, groupBy: asked.groupBy } }
}

function readDay(text: string): DateTime | undefined {
  const day = DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: 'utc' })
  return day.isValid ? day : undefined
}
