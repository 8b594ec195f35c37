import { DateTime } from 'luxon'
import type { Sql } from '../platform/database.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'
import { decideLift, liftMethod, type Lift } from './decide-lift.ts'
import { addUp, type Figures, type Part } from './figures.ts'
import {
  countArms,
  countMessages,
  countOrders,
  countStates,
  sumEarned,
  type Group,
  type OrderCounts,
  type Span,
} from './report-store.ts'

export type GroupBy = 'campaign' | 'variant' | 'day'

export interface ReportQuery {
  /** Days of the shop's zone, both part of it: 'YYYY-MM-DD'. */
  from: string
  to: string
  /** A kind; left out: all campaigns. */
  campaign?: string | undefined
  groupBy: GroupBy
}

export interface CampaignReport {
  shop: string
  timeZone: string
  from: string
  to: string
  groupBy: GroupBy
  rows: ({ campaign: string; variant: string | null; day: string | null } & Figures)[]
  totals: Figures
  /** Each campaign's orders against its control group's. */
  lift: ({ campaign: string } & Lift)[]
  liftDays: number
  liftMethod: string
  /** Orders placed in these days that were paid and stand; `unmatched`: tied to nobody we knew. */
  orders: OrderCounts[]
}

/** What campaigns did and earned, by the day on which people were considered. */
export async function reportCampaigns(sql: Sql, shop: Shop, query: ReportQuery): Promise<CampaignReport> {
  const { results } = await loadShopSettings(sql, shop.id)
  const span = spanOf(shop, query)
  const parts = await readParts(sql, span)
  const arms = await countArms(sql, span, results.liftDays)
  return {
    shop: shop.key,
    timeZone: shop.timeZone,
    from: query.from,
    to: query.to,
    groupBy: query.groupBy,
    rows: groupParts(parts, query.groupBy),
    totals: addUp(parts.map(({ part }) => part)),
    lift: [...new Set(arms.map((arm) => arm.kind))].sort().map((campaign) => {
      const share = (isHeldOut: boolean) => {
        const arm = arms.find((one) => one.kind === campaign && one.isHeldOut === isHeldOut)
        return { hits: arm?.ordered ?? 0, of: arm?.people ?? 0 }
      }
      return { campaign, ...decideLift(share(false), share(true)) }
    }),
    liftDays: results.liftDays,
    liftMethod,
    orders: await countOrders(sql, span),
  }
}

function spanOf(shop: Shop, query: ReportQuery): Span {
  const start = (date: string): DateTime => DateTime.fromISO(date, { zone: shop.timeZone }).startOf('day')
  return {
    shopId: shop.id,
    from: start(query.from).toJSDate(),
    until: start(query.to).plus({ days: 1 }).startOf('day').toJSDate(),
    timeZone: shop.timeZone,
    kind: query.campaign,
  }
}

interface GroupedPart {
  group: Group
  part: Part
}

async function readParts(sql: Sql, span: Span): Promise<GroupedPart[]> {
  const states = await countStates(sql, span)
  const messages = await countMessages(sql, span)
  const earned = await sumEarned(sql, span)
  return [
    ...states.map((row) => ({ group: row, part: { state: row } })),
    ...messages.map(({ costCurrency: currency, costMicros: micros, ...row }) => ({
      group: row,
      part: { ...countsOf(row), cost: currency === null ? undefined : { currency, micros } },
    })),
    ...earned.map((row) => ({
      group: row,
      part: {
        ...(row.isViewThrough
          ? { viewThroughOrders: row.orders }
          : { orders: row.orders, converted: row.converted }),
        revenue: row,
      },
    })),
  ]
}

function countsOf(row: Group & Part): Part {
  const { messages, delivered, read, clicked, replied, optedOut } = row
  return {
    messages: messages ?? 0,
    delivered: delivered ?? 0,
    read: read ?? 0,
    clicked: clicked ?? 0,
    replied: replied ?? 0,
    optedOut: optedOut ?? 0,
  }
}

function groupParts(parts: readonly GroupedPart[], groupBy: GroupBy): CampaignReport['rows'] {
  const groups = new Map<
    string,
    { key: Omit<CampaignReport['rows'][number], keyof Figures>; parts: Part[] }
  >()
  for (const { group, part } of parts) {
    const key = {
      campaign: group.kind,
      variant: groupBy === 'campaign' ? null : group.variant,
      day: groupBy === 'day' ? group.day : null,
    }
    const text = JSON.stringify([key.day, key.campaign, key.variant])
    const known = groups.get(text)
    if (known === undefined) groups.set(text, { key, parts: [part] })
    else known.parts.push(part)
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => ({ ...group.key, ...addUp(group.parts) }))
}
