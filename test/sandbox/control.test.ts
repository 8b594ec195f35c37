import { expect, test } from 'vitest'
import {
  call,
  createWorld,
  templateBody,
  templateMessage,
  type World,
  withTemplate,
} from './sandbox-world.ts'

const control = (world: World, method: string, path: string, body?: unknown) =>
  call(`${world.sandbox.url}/control${path}`, method, {}, body)

test('the whole story can be told by curl', async () => {
  await using world = await createWorld({ seed: 'shop', topics: ['product.updated', 'order.created'] })
  const [person] = (await control(world, 'GET', '/people')).body as { id: string; phone: string }[]
  await control(world, 'POST', `/people/${person!.id}/asks-about`, { product: 'COF-SIDAMA', text: 'há?' })
  await control(world, 'POST', '/products/COF-SIDAMA/stock', { quantity: 5 })
  await control(world, 'POST', '/clock', { advanceMinutes: 90 })
  expect((await control(world, 'GET', '/clock')).body).toEqual({ now: '2026-03-02T10:30:00.000Z' })
  await control(world, 'POST', '/orders', { customerId: 1, items: [{ product: 'COF-SIDAMA', quantity: 1 }] })
  await world.graph('POST', `${world.sandbox.credentials.whatsapp.wabaId}/message_templates`, templateBody())
  const { id } = (await world.send(templateMessage(person!.phone))).body.messages[0] as { id: string }
  await control(world, 'POST', `/people/${person!.phone}/taps`, { message: id, button: 'No more of this' })
  await control(world, 'POST', '/settle')
  const inbox = (await control(world, 'GET', `/people/${person!.id}/inbox`)).body as {
    direction: string
    shown: string
    statuses: { status: string }[]
  }[]
  expect(inbox.map(({ direction, shown }) => [direction, shown])).toEqual([
    ['from_person', 'há?'],
    ['to_person', expect.stringContaining('dripper')],
    ['from_person', 'No more of this'],
  ])
  expect(inbox[1]?.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read'])
  expect((await control(world, 'GET', '/products/COF-SIDAMA')).body.stockQuantity).toBe(4)
  expect(world.receiver.woo().map((line) => line.split(' ')[0])).toEqual([
    'product.updated',
    'order.created',
    'product.updated',
  ])
})

test('moving the clock past a sale’s beginning begins the sale', async () => {
  await using world = await createWorld({ topics: ['product.updated'] })
  await world.sandbox.shop.addProduct({
    name: 'Mug',
    regular_price: '5',
    sale_price: '4',
    date_on_sale_from_gmt: '2026-03-03T00:00:00',
  })
  await control(world, 'POST', '/clock', { now: '2026-03-03T08:00:00Z' })
  expect(world.receiver.woo()).toEqual(['product.updated 1'])
  expect(world.sandbox.shop.product(1).price).toBe('4')
})

test('faults are set, shown and ended', async () => {
  await using world = await createWorld()
  expect((await control(world, 'POST', '/faults', { hold: true, extraCopies: 2 })).body).toMatchObject({
    hold: true,
    extraCopies: 2,
    shuffle: false,
  })
  await control(world, 'POST', '/people', { name: 'Rita', phone: '+351912000000', country: 'PT' })
  await control(world, 'POST', '/people/+351912000000/writes', { text: 'olá' })
  await control(world, 'POST', '/settle')
  expect((await control(world, 'GET', '/webhooks/waiting')).body).toHaveLength(1)
  await control(world, 'POST', '/faults', { clear: true })
  await control(world, 'POST', '/settle')
  expect(world.receiver.meta()).toHaveLength(3)
  expect((await control(world, 'GET', '/webhooks/waiting')).body).toEqual([])
})

test('Meta’s side can be told by curl as well', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const post = async (path: string, body: unknown) => (await control(world, 'POST', path, body)).status
  const at = '/templates/back_in_stock/en'
  expect(await post(`${at}/pacing`, { do: 'hold' })).toBe(200)
  await world.send(templateMessage(world.person().phone))
  expect(await post(`${at}/pacing`, { do: 'drop' })).toBe(200)
  expect(await post(`${at}/quality`, { quality: 'GREEN' })).toBe(200)
  expect(await post(`${at}/category`, { category: 'UTILITY' })).toBe(200)
  expect(await post('/number/messaging-limit', { people: 2_000 })).toBe(200)
  expect(await post('/number/upgrade', {})).toBe(200)
  expect(await post('/webhooks/fields/account_update', { event: 'ACCOUNT_DELETED' })).toBe(200)
  expect(await post('/settings', { webhookConcurrency: 4 })).toBe(200)
  expect(await post('/settings', { weather: 'fine' })).toBe(400)
  expect(await post('/token', { expired: true })).toBe(200)
  await control(world, 'POST', '/settle')
  expect(new Set(world.receiver.changes().map(({ field }) => field))).toEqual(
    new Set([
      'messages',
      'message_template_status_update',
      'message_template_quality_update',
      'template_category_update',
      'business_capability_update',
      'phone_number_quality_update',
      'account_update',
    ]),
  )
  expect((await world.send(templateMessage(world.person().phone))).status).toBe(401)
  expect((await control(world, 'GET', '/traffic')).body).toMatchObject({ accepted: 1, refused: { 190: 1 } })
})

test('what makes no sense is refused with a sentence', async () => {
  await using world = await createWorld()
  const refused = async (path: string, body: unknown) => {
    const answer = await control(world, 'POST', path, body)
    return [answer.status, answer.body.error] as unknown[]
  }
  expect(await refused('/people/nobody/writes', { text: 'x' })).toEqual([
    400,
    'Nobody in the sandbox has this id, phone or user id.',
  ])
  expect(await refused('/people/nobody/writes', {})).toEqual([400, '"text" must be a text'])
  expect(await refused('/products/NO-SUCH/stock', { quantity: 1 })).toEqual([
    400,
    "The sandbox's shop has no product NO-SUCH.",
  ])
  expect(await refused('/clock', { now: 'yesterday' })).toEqual([
    400,
    '"now" must be a time such as 2026-03-02T09:00:00Z',
  ])
  expect(await refused('/clock', '{"now"')).toEqual([400, 'The body is not a JSON object'])
  expect(await refused('/faults', { rain: true })).toEqual([400, 'There is no fault "rain"'])
  expect((await refused('/nothing', {}))[0]).toBe(404)
})

test('the list of controls names every one of them', async () => {
  await using world = await createWorld()
  const list = (await control(world, 'GET', '')).body as { method: string; path: string; about: string }[]
  expect(list.length).toBeGreaterThan(30)
  expect(list.every(({ path, about }) => path.startsWith('/control/') && about.length > 5)).toBe(true)
  for (const { path } of list.filter(({ method, path: at }) => method === 'GET' && !at.includes(':'))) {
    expect((await call(`${world.sandbox.url}${path}`, 'GET', {})).status, path).toBe(200)
  }
})
