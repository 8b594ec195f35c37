import type { Stage } from '../../app-stage.ts'
import { HubError } from '../../platform/errors.ts'
import { createAgenda } from './agenda.ts'
import { chooseCast } from './cast.ts'
import type { Play } from './play.ts'
import { playSeason } from './season.ts'
import type { Teller } from './teller.ts'
import { createWitness } from './witness.ts'

/** Half a year of a shop, through the played WhatsApp and the played WooCommerce; then what the hub reports, beside an own count. */
export async function tellStory(stage: Stage, teller: Teller): Promise<void> {
  const cast = chooseCast(stage.sandbox)
  const play: Play = {
    stage,
    teller,
    cast,
    agenda: createAgenda(),
    roleOf: (personId) => cast.find(({ id }) => id === personId),
    api: (method, path, body) => callApi(stage, { method, path, body }),
  }
  await openShop(play)
  const witness = createWitness()
  await playSeason(play, witness)
  teller.chapter('What was told was so')
  teller.claim('nothing sold out was announced, and every price told was the price charged', witness.untrue())
}

async function openShop({ api, teller, stage }: Play): Promise<void> {
  teller.chapter(`${stage.shop.name} is connected: its products, customers and a year of orders are read.`)
  await api('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: 6_000 } })
  for (const kind of ['price_drop', 'we_miss_you'])
    await api('PUT', `/v1/campaigns/${kind}`, { holdoutBps: 2_000 })
  for (const kind of ['back_in_stock', 'price_drop', 'loyalty_reward', 'new_arrivals', 'we_miss_you'])
    await api('POST', `/v1/campaigns/${kind}/on`)
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
