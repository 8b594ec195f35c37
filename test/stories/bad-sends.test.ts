import { expect, test } from 'vitest'
import { sandboxConnection } from '../../src/app-sandbox.ts'
import { enqueueMessage } from '../../src/outbox/enqueue-message.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'
import { connectShop } from '../../src/shops/connect-shop.ts'
import { createCampaignWorld, type CampaignWorld } from './campaign-world.ts'

// One message that cannot go among others that can: it has its reason, and holds up nobody.

const noon = '2026-03-10T12:00:00Z'

/** Somebody in Portugal gets the Portuguese template, somebody in Spain the shop's own, for there is none in Spanish. */
const portuguese = { phone: '+351912000001', country: 'PT' }
const spanish = { phone: '+34612000002', country: 'ES' }

interface Told {
  state: string
  reason: string | null
  reasonText: string | null
  errorCode: number | null
}

/** The marketing to a person, as a merchant reads of it. */
async function toldTo(world: CampaignWorld, phone: string): Promise<Told[]> {
  const [person] = await world.db.query<{ personId: number }>(
    `select person_id from person_identities where value = $1`,
    [phone],
  )
  const { items } = await world.api<{ items: (Told & { purpose: string })[] }>(
    'GET',
    `/v1/messages?person=${person?.personId ?? 0}`,
  )
  return items.filter(({ purpose }) => purpose === 'campaign' || purpose === 'alert')
}

/** The template is not at Meta as the hub knows it: somebody has changed it there since the last look. */
async function changeKnownBody(
  world: CampaignWorld,
  name: string,
  change: readonly [string, string],
): Promise<void> {
  const changed = await world.db.execute(
    `update templates set components = replace(components::text, $2, $3)::jsonb where name = $1 and language = 'pt_BR'`,
    [name, ...change],
  )
  expect(changed).toBe(1)
}

test('a template that has come to need more than it is given: who would get it does not, the others do', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 0)
  for (const person of [portuguese, spanish]) {
    await world.person('Ana', person)
    await world.looksAt(person.phone, 'MUG')
  }
  await world.pass(60)
  await changeKnownBody(world, 'back_in_stock', ['{{price}}', '9 EUR'])
  await world.restock('MUG', 50)
  expect(world.templatesTo(spanish.phone)).toHaveLength(1)
  expect(world.templatesTo(portuguese.phone)).toEqual([])
  expect(await toldTo(world, portuguese.phone)).toMatchObject([
    { state: 'failed', reason: 'parameters_invalid', errorCode: 132000 },
  ])
})

test('a template that has come to need less than it is given is refused for that alone', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  for (const person of [portuguese, spanish]) {
    await world.person('Ana', person)
    await world.looksAt(person.phone, 'MUG')
  }
  await world.pass(60)
  await changeKnownBody(world, 'price_drop', ['{{new_price}}', '{{new_price}} {{more}}'])
  await world.price('MUG', '10.00')
  await world.pass(30)
  expect(world.templatesTo(spanish.phone)).toHaveLength(1)
  expect(world.templatesTo(portuguese.phone)).toEqual([])
  expect(await toldTo(world, portuguese.phone)).toMatchObject([
    { state: 'failed', reason: 'parameters_invalid', errorCode: 132000 },
  ])
})

test('a name that is too long for any template is cut, and the message goes', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('SAGA', 0, 'A cup with a long story '.repeat(100))
  const ana = await world.person('Ana', spanish)
  await world.looksAt(ana, 'SAGA')
  await world.pass(60)
  await world.restock('SAGA', 50)
  const [message] = world.templatesTo(ana)
  expect(message?.shown).toContain('A cup with a long story')
  expect(message?.shown.length).toBeLessThan(1024)
})

test.each([
  ['missing', { price: '' }],
  ['overlong', { product_name: 'A cup '.repeat(300) }],
])('a message whose %s value nobody can mend is not sent, and the next one is', async (_, values) => {
  await using world = await createCampaignWorld(noon)
  const ana = await world.person('Ana', spanish)
  const bad = await enqueue(world, ana, values)
  const good = await enqueue(world, ana, {})
  await world.settle()
  expect(await stateOf(world, bad)).toEqual({ state: 'suppressed', reason: 'parameters_invalid' })
  expect(await stateOf(world, good)).toEqual({ state: 'delivered', reason: null })
  expect(world.templatesTo(ana)).toHaveLength(1)
})

test('a value too many is left out', async () => {
  await using world = await createCampaignWorld(noon)
  const ana = await world.person('Ana', spanish)
  await enqueue(world, ana, { colour: 'blue' })
  await world.settle()
  expect(world.templatesTo(ana)).toHaveLength(1)
})

test('a picture that the shop no longer has: that product is told of to nobody, another one to everybody', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 0)
  await world.product('BOWL', 0)
  const ana = await world.person('Ana', portuguese)
  const eva = await world.person('Eva', spanish)
  await world.looksAt(ana, 'MUG')
  await world.looksAt(eva, 'BOWL')
  await world.pass(60)
  await losePicture(world, 'MUG')
  for (const sku of ['MUG', 'BOWL']) await world.sandbox.shop.setStock(sku, 50)
  await world.settle()
  await world.pass(3)
  await world.pass(5)
  const [told] = await toldTo(world, ana)
  expect(told).toMatchObject({ state: 'failed', reason: 'media_unavailable', errorCode: 131053 })
  expect(told?.reasonText).toContain('could not load the picture')
  expect(await toldTo(world, eva)).toMatchObject([{ state: 'delivered' }])
})

test('somebody who can be reached in no way any more is passed over with that reason', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 0)
  const ana = await world.person('Ana', portuguese)
  const eva = await world.person('Eva', spanish)
  for (const person of [ana, eva]) await world.looksAt(person, 'MUG')
  await world.pass(60)
  await world.db.execute(
    `update person_identities set ended_at = $1
     where person_id = (select person_id from person_identities where value = $2)`,
    [world.clock.now(), ana],
  )
  await world.restock('MUG', 50)
  expect(world.templatesTo(eva)).toHaveLength(1)
  expect(world.templatesTo(ana)).toEqual([])
  expect(await world.log()).toContainEqual({ name: 'Ana', state: 'suppressed', reason: 'no_address' })
})

test('a token that expires in the middle of a campaign: the rest waits and says why, and goes once with a new one', async () => {
  await using world = await createCampaignWorld(noon)
  const { whatsapp } = world.sandbox
  await world.product('MUG', 0)
  const people: string[] = []
  for (const name of ['Ana', 'Eva', 'Rui', 'Joana', 'Nuno', 'Marta']) {
    const person = await world.person(name)
    await world.looksAt(person, 'MUG')
    people.push(person)
  }
  const told = (): number[] => people.map((person) => world.templatesTo(person).length)
  const count = (): number => told().reduce((sum, one) => sum + one, 0)
  await world.pass(60)
  whatsapp.setFaults({ tokenExpiresAfter: 2 })
  await world.restock('MUG', 50)
  const before = count()
  expect(before).toBeGreaterThanOrEqual(2)
  expect(before).toBeLessThan(people.length)
  // A reply, too, keeps its place in the line.
  whatsapp.writes(people[0]!, 'STOP')
  await world.settle()
  expect(whatsapp.inbox(people[0]!).at(-1)).toMatchObject({ direction: 'from_person' })
  const shown = (await Promise.all(people.map((person) => toldTo(world, person)))).flat()
  expect(shown.filter(({ state }) => state === 'waiting')).toHaveLength(people.length - before)
  expect(shown.map(({ reason }) => reason)).toContain('token_invalid')
  expect(await openNotices(world)).toContain('number_stopped')

  // The old token is still the wrong one: starting the number stops it again.
  whatsapp.renewToken('another')
  await startNumber(world)
  expect(count()).toBe(before)
  expect(await openNotices(world)).toContain('number_stopped')
  // Nobody knocks at a door that is shut.
  const refused = whatsapp.traffic().refused[190]
  await world.pass(10)
  expect(whatsapp.traffic().refused[190]).toBe(refused)

  await startAgainWith(world, 'another')
  await startNumber(world)
  await world.pass(2)
  expect(told()).toEqual(people.map(() => 1))
  expect(await world.decisions('back_in_stock')).toEqual([
    'Ana delivered',
    'Eva delivered',
    'Rui delivered',
    'Joana delivered',
    'Nuno delivered',
    'Marta delivered',
  ])
  expect(
    await world.db.query(`select id from messages where state in ('waiting', 'sending', 'uncertain')`),
  ).toEqual([])
  expect(whatsapp.inbox(people[0]!).at(-1)).toMatchObject({ direction: 'to_person', type: 'text' })
  expect(whatsapp.traffic()).toMatchObject({ callbackIdsTwice: { count: 0 }, templatesTwice: { count: 0 } })
  expect(await openNotices(world)).not.toContain('number_stopped')
})

async function openNotices(world: CampaignWorld): Promise<string[]> {
  const { items } = await world.api<{ items: { code: string }[] }>('GET', '/v1/notices?open=true')
  return items.map(({ code }) => code)
}

async function startNumber(world: CampaignWorld): Promise<void> {
  const { items } = await world.api<{ items: { id: string; state: string }[] }>('GET', '/v1/numbers')
  expect(items).toMatchObject([{ state: 'stopped' }])
  await world.api('POST', `/v1/numbers/${items[0]?.id ?? ''}/start`)
  await world.settle()
}

/** As a start of the hub with another token in its environment. */
async function startAgainWith(world: CampaignWorld, accessToken: string): Promise<void> {
  const { whatsapp, ...rest } = sandboxConnection(world.sandbox)
  const box = createSecretsBox({ current: Buffer.alloc(32, 1) })
  const connection = { ...rest, whatsapp: { ...whatsapp!, accessToken } }
  await connectShop({ db: world.db, box }, connection, world.clock.now())
  world.app.connections.forget()
}

/** The shop goes on naming a picture that is no longer in its folder, of which no webhook tells. The played one has all it names. */
async function losePicture(world: CampaignWorld, sku: string): Promise<void> {
  await world.db.execute(
    `create function lose_picture() returns trigger language plpgsql as
     $$ begin new.image_url := '${world.sandbox.storeUrl}/gone.png'; return new; end $$`,
  )
  await world.db.execute(
    `create trigger lose_picture before update on products for each row when (new.sku = '${sku}') execute function lose_picture()`,
  )
}

/** An order’s message by template, with values that a caller got wrong. */
async function enqueue(world: CampaignWorld, phone: string, values: Record<string, string>): Promise<number> {
  const [person] = await world.db.query<{ personId: number; phoneNumberId: number }>(
    `select i.person_id, n.id as phone_number_id from person_identities i join phone_numbers n on n.shop_id = i.shop_id
     where i.value = $1`,
    [phone],
  )
  const parameters = {
    first_name: 'Ana',
    product_name: 'Mug',
    shop_name: 'Alfama Roasters',
    price: '9 EUR',
    ...values,
  }
  const { messageId } = await world.db.transaction((tx) =>
    enqueueMessage(
      tx,
      { random: systemRandom, wake: () => undefined },
      {
        shopId: world.shop.id,
        personId: person?.personId ?? 0,
        phoneNumberId: person?.phoneNumberId ?? 0,
        purpose: 'transactional',
        content: {
          kind: 'template',
          name: 'back_in_stock',
          languages: ['en'],
          parameters,
          headerImageUrl: 'https://shop.example/mug.png',
          urlSuffix: 'token',
        },
        now: world.clock.now(),
      },
    ),
  )
  return messageId
}

async function stateOf(world: CampaignWorld, id: number): Promise<{ state: string; reason: string | null }> {
  const [row] = await world.db.query<{ state: string; reason: string | null }>(
    'select state, reason from messages where id = $1',
    [id],
  )
  return row ?? { state: 'gone', reason: null }
}
