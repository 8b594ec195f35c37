import type { Stage } from '../../app-stage.ts'
import { HubError } from '../../platform/errors.ts'
import { createAgenda } from './agenda.ts'
import { chooseCast } from './cast.ts'
import { checkCoupons } from './check-coupons.ts'
import { checkDecisions } from './check-decisions.ts'
import { checkReport } from './check-report.ts'
import { listDecisions, listUnsent } from './hub-rows-store.ts'
import { findAtNight, findLeaks, findOverCaps, findUninvited } from './invariants.ts'
import { readJournal, type Journal } from './journal.ts'
import { isCounted } from './own-count.ts'
import type { Play } from './play.ts'
import { playSeason } from './season.ts'
import type { Teller } from './teller.ts'
import { createWitness, type Witness } from './witness.ts'

/** Half a year of a shop, through the played WhatsApp and the played WooCommerce; then what the hub reports, beside an own count. */
export async function tellStory(stage: Stage, teller: Teller): Promise<void> {
  const cast = chooseCast(stage.sandbox)
  const play: Play = {
    stage,
    teller,
    cast,
    agenda: createAgenda(),
    held: { approved: 0, refused: 0 },
    asked: [],
    roleOf: (personId) => cast.find(({ id }) => id === personId),
    api: (method, path, body) => callApi(stage, { method, path, body }),
  }
  await openShop(play)
  const witness = createWitness()
  await playSeason(play, witness)
  await checkAll(play, witness)
}

async function checkAll(play: Play, witness: Witness): Promise<void> {
  const { stage, teller, cast } = play
  const journal = readJournal(stage.sandbox, await listUnsent(stage.db))
  const decisions = await listDecisions(stage.db)
  await checkReport(play, journal, decisions)
  teller.chapter('What must never happen has not')
  teller.claim('nobody got more than the caps allow', findOverCaps(journal))
  teller.claim('nobody was written to at night, nor in France on a Sunday', findAtNight(journal, cast))
  teller.claim(
    'nothing went to anybody who had not asked for it, or had said stop',
    findUninvited(journal, cast, play.asked),
  )
  teller.claim('nobody in a control group was told', findLeaks(journal))
  teller.claim('nothing sold out was announced, and every price told was the price charged', witness.untrue())
  checkDecisions(play, journal, decisions)
  checkCoupons(play, journal)
  const seen = countSights(play, journal)
  teller.claim(
    Object.entries(seen)
      .map(([what, count]) => `${what} ${count}`)
      .join(' · '),
    Object.entries(seen).flatMap(([what, count]) => (count === 0 ? [`never: ${what}`] : [])),
  )
}

/** A half-year in which some of it never happened would prove nothing about it. */
function countSights({ held }: Play, { told, bought, unsent }: Journal): Readonly<Record<string, number>> {
  return {
    ...Object.fromEntries(
      kinds.map((kind) => [kind, told.filter((one) => one.kind === kind && !one.isAlert).length]),
    ),
    'alerts about stock': told.filter(({ template }) => template === 'back_in_stock_alert').length,
    'alerts about prices': told.filter(({ template }) => template === 'price_alert').length,
    'tapped on': told.filter(({ taps }) => taps.length > 0).length,
    'sent back': bought.filter(({ isAllRefunded }) => isAllRefunded).length,
    'paid back in part': bought.filter((order) => order.refundedMinor > 0 && !order.isAllRefunded).length,
    'coupons used': bought.filter(({ couponCodes }) => couponCodes.length > 0).length,
    'held out': unsent.filter(isCounted).length,
    'runs held and approved': held.approved,
    'held and refused': held.refused,
  }
}

const kinds = ['back_in_stock', 'price_drop', 'loyalty_reward', 'new_arrivals', 'we_miss_you']

async function openShop(play: Play): Promise<void> {
  const { teller, stage } = play
  teller.chapter(`${stage.shop.name} is connected: its products, customers and a year of orders are read.`)
  await play.api('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: 6_000 } })
  for (const kind of ['price_drop', 'we_miss_you'])
    await play.api('PUT', `/v1/campaigns/${kind}`, { holdoutBps: 2_000 })
  for (const kind of kinds) await play.api('POST', `/v1/campaigns/${kind}/on`)
  teller.line(
    'All five campaigns are on; price drops and “we miss you” leave 20 % of people out, to measure by.',
  )
}

async function callApi(
  { url, apiToken }: Stage,
  { method, path, body }: { method: string; path: string; body: unknown },
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.ok) return answer.json()
  throw new HubError('demo_refused', `${method} ${path}: ${answer.status} ${await answer.text()}`)
}
