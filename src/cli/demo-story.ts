import type { Stage } from '../app-stage.ts'
import { sentenceOf } from '../campaigns/reasons.ts'
import type { Teller } from './demo-teller.ts'

const tee = 'TEE-ELEVADOR-M'
const otherSize = 'TEE-ELEVADOR-XL'
const coffee = 'COF-SIDAMA'

interface Role {
  name: string
  phone: string
  country: string
  language: string
}

const roles = {
  beatriz: { name: 'Beatriz', phone: '+351912000001', country: 'PT', language: 'pt_PT' },
  marta: { name: 'Marta', phone: '+351912000002', country: 'PT', language: 'pt_PT' },
  rui: { name: 'Rui', phone: '+351912000003', country: 'PT', language: 'pt_PT' },
  tiago: { name: 'Tiago', phone: '+351912000004', country: 'PT', language: 'pt_PT' },
  kenji: { name: 'Kenji', phone: '+819012345678', country: 'JP', language: 'ja' },
  ana: { name: 'Ana', phone: '+351912000005', country: 'PT', language: 'pt_PT' },
  leonor: { name: 'Leonor', phone: '+351912000006', country: 'PT', language: 'pt_PT' },
} satisfies Record<string, Role>

/** Everything that is told is done through the played WhatsApp and the played shop, and proven by what came back from them. */
export async function tellStory(stage: Stage, teller: Teller): Promise<void> {
  await meet(stage, teller)
  await coffeeComesBack(stage, teller)
  await teeComesBack(stage, teller)
  await receiptsArrive(stage, teller)
  await onlyOnce(stage, teller)
  await theSleeperWakes(stage, teller)
  await explain(stage, teller)
}

async function meet(stage: Stage, teller: Teller): Promise<void> {
  const { whatsapp } = stage.sandbox
  teller.chapter(`Monday. ${stage.shop.name} is connected; its products are read.`)
  const [products] = await stage.db.query<{ n: number }>('select count(*)::int as n from products')
  const [people] = await stage.db.query<{ n: number }>('select count(*)::int as n from people')
  teller.sees(
    `${products?.n ?? 0} products and variations, ${people?.n ?? 0} customers imported`,
    (products?.n ?? 0) >= 40 && (people?.n ?? 0) >= 200,
  )
  for (const role of Object.values(roles)) whatsapp.addPerson({ ...role, readsAtOnce: false })
  for (const role of Object.values(roles)) {
    if (role === roles.marta) continue
    whatsapp.writes(role.phone, 'START')
  }
  await stage.settle()
  teller.says('Beatriz', 'START')
  tellLast(stage, teller, roles.beatriz)
  teller.happens('Rui, Tiago, Kenji, Ana and Leonor opt in the same way; Marta does not.')
  const [optedIn] = await stage.db.query<{ n: number }>(
    `select count(*)::int as n from people where consent = 'opted_in'`,
  )
  teller.sees('six people have opted in, with an entry in the consent log each', optedIn?.n === 6)

  whatsapp.asksAbout(roles.beatriz.phone, tee, 'Têm em M?')
  await stage.settle()
  teller.says('Beatriz', `Têm em M?   (about ${tee}, sold out)`)
  tellLast(stage, teller, roles.beatriz)
  teller.sees('she is told that it is sold out', lastText(stage, roles.beatriz).includes('esgotado'))
  for (const role of [roles.rui, roles.tiago, roles.kenji, roles.ana]) whatsapp.asksAbout(role.phone, tee)
  whatsapp.asksAbout(roles.leonor.phone, otherSize)
  whatsapp.asksAbout(roles.rui.phone, coffee)
  whatsapp.asksAbout(roles.marta.phone, tee)
  await stage.settle()
  teller.happens(
    'Rui, Tiago, Kenji, Ana and Marta ask about the same shirt, Leonor about XL; Rui also about a coffee.',
  )
  whatsapp.writes(roles.marta.phone, 'Avise-me')
  whatsapp.writes(roles.tiago.phone, 'Stop!')
  await stage.settle()
  teller.says('Marta', 'Avise-me')
  tellLast(stage, teller, roles.marta)
  const [alerts] = await stage.db.query<{ n: number }>(
    'select count(*)::int as n from alerts where ended_at is null',
  )
  teller.sees('Marta has an alert, and nobody else', alerts?.n === 1)
  teller.says('Tiago', 'Stop!')
  tellLast(stage, teller, roles.tiago)
}

async function coffeeComesBack(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('Tuesday. The coffee is back.')
  stage.clock.set(new Date('2026-03-10T14:00:00Z'))
  await stage.sandbox.shop.setStock(coffee, 12)
  stage.clock.advance(3 * 60_000)
  await stage.settle()
  tellLast(stage, teller, roles.rui)
  teller.sees('Rui is told about the coffee', templatesTo(stage, roles.rui).length === 1)
}

async function teeComesBack(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('Wednesday. The shirt is back in M: WooCommerce reports five pieces.')
  stage.clock.set(new Date('2026-03-11T15:00:00Z'))
  const before = stage.sandbox.whatsapp.messages().length
  await stage.sandbox.shop.setStock(tee, 5)
  await stage.settle()
  teller.sees(
    'nobody is told in the first two minutes, in case it was a slip',
    stage.sandbox.whatsapp.messages().length === before,
  )
  await stage.sandbox.shop.checkout({
    items: [{ product: tee, quantity: 1 }],
    billing: {
      first_name: 'Ana',
      last_name: 'Reis',
      phone: '912 000 005',
      email: 'ana@example.com',
      country: 'PT',
    },
  })
  await stage.settle()
  teller.happens('Ana happens to look, and buys one.')
  stage.clock.advance(3 * 60_000)
  await stage.settle()
  tellLast(stage, teller, roles.beatriz)
  teller.sees('Beatriz, who looked at it, gets the template', templatesTo(stage, roles.beatriz).length === 1)
  tellLast(stage, teller, roles.marta)
  teller.sees(
    'Marta, who asked, gets hers, though she never opted in to anything else',
    templatesTo(stage, roles.marta).length === 1,
  )
  teller.sees('Rui gets nothing: he was written to yesterday', templatesTo(stage, roles.rui).length === 1)
  teller.sees('Tiago gets nothing: he said stop', templatesTo(stage, roles.tiago).length === 0)
  teller.sees('Ana gets nothing: she has bought it', templatesTo(stage, roles.ana).length === 0)
  teller.sees('Leonor gets nothing: XL is still sold out', templatesTo(stage, roles.leonor).length === 0)
  teller.sees(
    'Kenji gets nothing yet: in Tokyo it is past midnight',
    templatesTo(stage, roles.kenji).length === 0,
  )
}

async function receiptsArrive(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('Receipts.')
  teller.sees('WhatsApp reports it delivered', (await stateOf(stage, roles.beatriz)) === 'delivered')
  stage.clock.advance(20 * 60_000)
  stage.sandbox.whatsapp.reads(roles.beatriz.phone)
  await stage.settle()
  teller.happens('Beatriz opens it.')
  teller.sees('and read', (await stateOf(stage, roles.beatriz)) === 'read')
  const [alert] = await stage.db.query<{ endReason: string | null }>('select end_reason from alerts')
  teller.sees('Marta’s alert is answered', alert?.endReason === 'answered')
}

async function onlyOnce(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('Once means once.')
  stage.sandbox.whatsapp.setFaults({ extraCopies: 2, shuffle: true })
  await stage.sandbox.shop.changeProduct(tee, { description: 'Now with a better photograph.' })
  await stage.sandbox.shop.setStock(tee, 3)
  stage.clock.advance(70 * 60_000)
  stage.sandbox.whatsapp.reads(roles.marta.phone)
  await stage.settle()
  stage.sandbox.whatsapp.clearFaults()
  await stage.settle()
  teller.happens('The product is saved twice more, an hour passes, webhooks come doubled and shuffled.')
  const told = [roles.beatriz, roles.marta].map((role) => templatesTo(stage, role).length)
  teller.sees('still one message to each', told.join() === '1,1')
}

async function theSleeperWakes(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('Thursday, midnight in Lisbon: nine o’clock in Tokyo.')
  stage.clock.set(new Date('2026-03-11T23:59:00Z'))
  await stage.settle()
  teller.sees(
    'a minute before nine there, Kenji still sleeps in peace',
    templatesTo(stage, roles.kenji).length === 0,
  )
  stage.clock.set(new Date('2026-03-12T00:00:00Z'))
  await stage.settle()
  if (templatesTo(stage, roles.kenji).length === 0) {
    // The hour since the last wave may not be over; the next wave is the first after he woke.
    stage.clock.advance(60 * 60_000)
    await stage.settle()
  }
  tellLast(stage, teller, roles.kenji)
  teller.sees('now Kenji gets his', templatesTo(stage, roles.kenji).length === 1)
}

async function explain(stage: Stage, teller: Teller): Promise<void> {
  stage.clock.set(new Date('2026-03-14T16:00:00Z'))
  await stage.settle()
  teller.chapter('Saturday. Why did, or didn’t, somebody get it?')
  const rows = await stage.db.query<{ name: string; product: string; state: string; reason: string | null }>(
    `select w.first_name as name, p.name as product, l.state, l.reason from reengagement_log l
       join people w on w.id = l.person_id join products p on p.id = l.product_id order by l.id`,
  )
  for (const row of rows)
    teller.happens(
      `${row.name.padEnd(8)} ${row.state.padEnd(10)} ${row.reason === null ? row.product : sentenceOf(row.reason)}`,
    )
  const reasons = new Map(
    rows.filter((row) => row.product.includes('Elevador')).map((row) => [row.name, row.reason]),
  )
  teller.sees('Rui: the cap', reasons.get('Rui') === 'cap_7d')
  teller.sees('Tiago: opted out', reasons.get('Tiago') === 'opted_out')
  teller.sees('Ana: bought since', reasons.get('Ana') === 'bought_since')
  teller.sees('Leonor: never considered, her size did not come back', !reasons.has('Leonor'))
  const [open] = await stage.db.query<{ n: number }>(
    `select count(*)::int as n from inbox_events where state in ('waiting', 'retry', 'dead')`,
  )
  teller.sees('nothing waits, nothing died in the inbox', open?.n === 0)
}

function lastText(stage: Stage, role: Role): string {
  return (
    stage.sandbox.whatsapp.inbox(role.phone).findLast((message) => message.direction === 'to_person')
      ?.shown ?? ''
  )
}

function tellLast(stage: Stage, teller: Teller, role: Role): void {
  teller.says('Shop', `to ${role.name}: ${lastText(stage, role)}`)
}

function templatesTo(stage: Stage, role: Role): unknown[] {
  return stage.sandbox.whatsapp
    .inbox(role.phone)
    .filter((message) => message.direction === 'to_person' && message.type === 'template')
}

async function stateOf(stage: Stage, role: Role): Promise<string | undefined> {
  const [row] = await stage.db.query<{ state: string }>(
    `select m.state from messages m join person_identities i on i.person_id = m.person_id
     where i.value = $1 and m.template_name is not null order by m.id desc limit 1`,
    [role.phone],
  )
  return row?.state
}
