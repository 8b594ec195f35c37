import { sentenceOf } from '../../campaigns/reasons.ts'
import type { CampaignReport } from '../../results/report-campaigns.ts'
import { renderReport } from '../report-table.ts'
import { addUp, findDifferences, flattenOwn, flattenRow, type Flat } from './compare.ts'
import type { LoggedDecision } from './hub-rows-store.ts'
import type { Journal } from './journal.ts'
import { countArms, countCampaign, type Arm } from './own-count.ts'
import type { Play } from './play.ts'

const days = 'from=2026-03-02&to=2026-08-31'
/** A rate and a number of currencies do not add up. */
const notSums = ['conversionRateBps', 'currencies']

/** Prints the report, and holds every figure of it against the own count. */
export async function checkReport(
  play: Play,
  journal: Journal,
  decisions: readonly LoggedDecision[],
): Promise<void> {
  const { teller } = play
  const read = async (groupBy: string): Promise<CampaignReport> =>
    (await play.api('GET', `/v1/reports/campaigns?${days}&groupBy=${groupBy}`)) as CampaignReport
  const report = await read('campaign')
  teller.chapter('The report (hub report)')
  for (const line of renderReport(report, sentenceOf).split('\n')) teller.line(line)
  teller.chapter('The report against an own count, made from what WhatsApp and the shop wrote down')
  let figures = 0
  for (const row of report.rows) {
    const ours = decisions.filter(({ kind }) => kind === row.campaign)
    const counted = flattenOwn(countCampaign(journal, row.campaign), ours)
    figures += Object.keys(counted).length
    teller.claim(
      `${row.campaign}: ${Object.keys(counted).length} figures as counted`,
      findDifferences(row.campaign, flattenRow(row), counted),
    )
  }
  const rows = report.rows.map(flattenRow)
  const totals = findDifferences('totals', flattenRow(report.totals), addUp(rows), notSums)
  teller.claim(`the totals are the sums of the campaigns (${figures} figures in all)`, totals)
  for (const groupBy of ['variant', 'day'])
    teller.claim(`by ${groupBy} it adds up to the same`, checkParts(report, await read(groupBy)))
  teller.claim('both arms of each campaign, their difference and its interval', checkLift(report, journal))
  teller.claim('orders placed, and those of nobody we know', checkOrders(report, journal))
}

function checkParts(whole: CampaignReport, parts: CampaignReport): string[] {
  return whole.rows.flatMap((row) => {
    const ofRow = parts.rows.filter(({ campaign }) => campaign === row.campaign).map(flattenRow)
    return findDifferences(row.campaign, flattenRow(row), addUp(ofRow), notSums)
  })
}

function checkLift(report: CampaignReport, journal: Journal): string[] {
  return report.lift.flatMap((lift) => {
    const { treated, control } = countArms(journal, lift.campaign)
    const told: Flat = {
      treated: lift.treated.of,
      'treated, ordered': lift.treated.hits,
      control: lift.control.of,
      'control, ordered': lift.control.hits,
      difference: lift.differenceBps,
      low: lift.lowBps,
      high: lift.highBps,
    }
    const counted: Flat = {
      treated: treated.people,
      'treated, ordered': treated.ordered,
      control: control.people,
      'control, ordered': control.ordered,
      ...intervalOf(treated, control),
    }
    return findDifferences(lift.campaign, told, counted)
  })
}

/** Newcombe's hybrid score interval (1998, method 10), written out once more, in basis points. */
function intervalOf(one: Arm, other: Arm): Flat {
  if (one.people === 0 || other.people === 0) return { difference: null, low: null, high: null }
  const wilson = ({ people: n, ordered }: Arm): { p: number; low: number; high: number } => {
    const z = 1.959963984540054
    const p = ordered / n
    const root = z * Math.sqrt((p * (1 - p) + (z * z) / (4 * n)) / n)
    const scale = 1 + (z * z) / n
    return { p, low: (p + (z * z) / (2 * n) - root) / scale, high: (p + (z * z) / (2 * n) + root) / scale }
  }
  const [a, b] = [wilson(one), wilson(other)]
  const difference = a.p - b.p
  const inBps = (share: number): number => Math.round(share * 10_000) + 0
  return {
    difference: inBps(difference),
    low: inBps(difference - Math.sqrt((a.p - a.low) ** 2 + (b.high - b.p) ** 2)),
    high: inBps(difference + Math.sqrt((a.high - a.p) ** 2 + (b.p - b.low) ** 2)),
  }
}

function checkOrders(report: CampaignReport, journal: Journal): string[] {
  const paid = journal.bought.filter(({ isPaid, isCancelled }) => isPaid && !isCancelled).length
  const [orders] = report.orders
  const told: Flat = {
    paid: orders?.paid ?? 0,
    unmatched: orders?.unmatched ?? 0,
    currencies: report.orders.length,
  }
  return findDifferences('orders', told, { paid, unmatched: 0, currencies: 1 })
}
