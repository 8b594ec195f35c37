import { z } from 'zod'
import type { Database } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import { candidacyStates } from '../../results/figures.ts'
import { reportCampaigns, type ReportQuery } from '../../results/report-campaigns.ts'
import { toReportCsv } from '../../results/report-csv.ts'
import { readReportQuery, type AskedReport } from '../../results/report-query.ts'
import type { Shop } from '../../shops/shop.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { text } from './fields.ts'

const count = z.int().nonnegative()
const bps = z.int().meta({ description: 'Basis points: 100 are 1 %.' })

const revenue = z.strictObject({
  currency: z.string(),
  grossMinor: z.int(),
  refundsMinor: z.int(),
  netMinor: z.int(),
})

const figures = {
  considered: count,
  states: z.strictObject(
    Object.fromEntries(candidacyStates.map((state) => [state, count])) as Record<
      (typeof candidacyStates)[number],
      typeof count
    >,
  ),
  reasons: z.array(z.strictObject({ state: z.string(), reason: z.string(), count })),
  messages: count.meta({
    description: 'Begun to be sent. One that answers several candidacies counts once.',
  }),
  delivered: count,
  read: count,
  clicked: count,
  replied: count.meta({ description: 'Answered within 72 hours, before the next message.' }),
  optedOut: count.meta({ description: 'Opted out within 72 hours, before the next message.' }),
  orders: z.int().meta({ description: 'Credited orders that stand.' }),
  converted: count.meta({ description: 'Messages with at least one credited order that stands.' }),
  revenue: z.array(revenue).meta({ description: 'Items after discounts, without tax and shipping.' }),
  cost: z.array(
    z.strictObject({ currency: z.string(), micros: z.int().meta({ description: 'Millionths of a unit.' }) }),
  ),
  conversionRateBps: bps
    .nullable()
    .meta({ description: 'converted / delivered in basis points; null when nothing was delivered.' }),
  viewThrough: z
    .strictObject({ orders: z.int(), revenue: z.array(revenue) })
    .meta({ description: 'Orders after a message that was only seen; in no other figure.' }),
}

const share = z.strictObject({ hits: count, of: count })

const report = z.strictObject({
  shop: z.string(),
  timeZone: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  groupBy: z.enum(['campaign', 'variant', 'day']),
  rows: z.array(
    z.strictObject({
      campaign: z.string(),
      variant: z.string().nullable(),
      day: z.iso.date().nullable(),
      ...figures,
    }),
  ),
  totals: z.strictObject(figures),
  lift: z.array(
    z.strictObject({
      campaign: z.string(),
      treated: share,
      control: share,
      differenceBps: bps.nullable(),
      lowBps: bps.nullable(),
      highBps: bps.nullable(),
      reason: z.enum(['no_control_group', 'nobody_treated']).nullable(),
    }),
  ),
  liftDays: z.int(),
  liftMethod: z.string(),
  orders: z
    .array(z.strictObject({ currency: z.string(), paid: count, unmatched: count, unmatchedMinor: z.int() }))
    .meta({ description: 'Paid orders placed in these days; unmatched: tied to nobody known before.' }),
})

const query = z.strictObject({
  from: z.iso
    .date()
    .optional()
    .meta({ description: 'First day, in the shop’s zone. Default: 29 days before `to`.' }),
  to: z.iso.date().optional().meta({ description: 'Last day. Default: today.' }),
  campaign: text(60).optional().meta({ description: 'A kind, such as price_drop.' }),
  groupBy: z.enum(['campaign', 'variant', 'day']).default('campaign'),
})

export function reportEndpoints({ db }: { db: Database }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/reports/campaigns',
      summary: 'What campaigns did and earned, by the day on which people were considered',
      tag: 'reports',
      query,
      answer: report,
      handle: async ({ shop, query: asked, now }) => reportCampaigns(db, shop, queryOf(asked, shop, now)),
    }),
    endpoint({
      method: 'get',
      path: '/v1/reports/campaigns.csv',
      summary: 'The same as CSV',
      tag: 'reports',
      query,
      contentType: 'text/csv',
      handle: async ({ shop, query: asked, now }) =>
        Buffer.from(toReportCsv(await reportCampaigns(db, shop, queryOf(asked, shop, now)))),
    }),
  ]
}

function queryOf(asked: AskedReport, shop: Shop, now: Date): ReportQuery {
  const read = readReportQuery(asked, shop, now)
  if (read.kind === 'query') return read.query
  throw new Problem(400, 'invalid_request', 'The request does not fit', {
    faults: [{ where: read.field, message: read.message }],
  })
}
