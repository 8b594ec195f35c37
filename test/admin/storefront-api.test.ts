import { expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.ts'

interface Answer {
  status: number
  headers: Headers
  body: { code?: string; faults?: { where: string; message: string }[] } & Record<string, unknown>
}

async function call(
  world: World,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; token?: string | null } = {},
): Promise<Answer> {
  const token = options.token === undefined ? world.apiToken : options.token
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  }
}

const whereOf = (answer: Answer): string[] => (answer.body.faults ?? []).map((fault) => fault.where)

test('a view needs a product and a person, and a fault names the field', async () => {
  await using world = await createWorld()
  await world.product('MUG', 3)
  const views = (body: unknown): Promise<Answer> => call(world, 'POST', '/v1/views', { body })
  const without = await views({ phone: '+351912000001' })
  expect(without).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(whereOf(without)).toEqual(['productId'])
  expect(without.headers.get('content-type')).toContain('application/problem+json')
  expect(whereOf(await views({ sku: 'MUG' }))).toEqual(['phone'])
  expect(whereOf(await views({ sku: 'MUG', phone: 'call me' }))).toEqual(['phone'])
  expect(whereOf(await views({ sku: 'MUG', phone: '+351912000001', at: 'yesterday' }))).toEqual(['at'])
  expect(whereOf(await views({ sku: 'MUG', phone: '+351912000001', at: '2030-01-01T00:00:00Z' }))).toEqual([
    'at',
  ])
  expect(await views({ sku: 'NONE', phone: '+351912000001' })).toMatchObject({
    status: 404,
    body: { code: 'product_not_found' },
  })
  expect(await views('{"sku":')).toMatchObject({ status: 400, body: { code: 'invalid_json' } })
  expect((await views({ sku: 'MUG', phone: '+351912000001', extra: 1 })).status).toBe(400)
  expect(await world.db.query('select id from product_views')).toEqual([])
})

test('the same view reported twice is one view, and it counts for the campaign', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  const body = { sku: 'MUG', phone: rui, id: 'page-1' }
  expect(await call(world, 'POST', '/v1/views', { body })).toMatchObject({
    status: 202,
    body: { recorded: true },
  })
  expect(await call(world, 'POST', '/v1/views', { body })).toMatchObject({
    status: 202,
    body: { recorded: false },
  })
  await world.pass(30)
  await world.restock('MUG', 2)
  expect(world.templatesTo(rui)).toHaveLength(1)
})

test('nothing goes without a token, nor with a wrong one', async () => {
  await using world = await createWorld()
  for (const path of [
    '/v1/products',
    '/v1/people',
    '/v1/messages',
    '/v1/reengagement-log',
    '/v1/inbox/events',
    '/v1/campaigns',
    '/v1/shops',
  ]) {
    expect((await call(world, 'GET', path, { token: null })).status, path).toBe(401)
    expect((await call(world, 'GET', path, { token: 'wrong' })).status, path).toBe(401)
    expect((await call(world, 'GET', path)).status, path).toBe(200)
  }
})

test('a browser reports views with a visitor token, from the shop’s own pages only', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  const { body } = await call(world, 'POST', '/v1/visitors', { body: { phone: rui } })
  const visitorToken = String(body['visitorToken'])
  expect(visitorToken).not.toContain(rui.slice(1))
  const origin = new URL(world.shop.storeUrl ?? '').origin
  const view = (headers: Record<string, string>): Promise<Answer> =>
    call(world, 'POST', '/v1/views', { body: { sku: 'MUG' }, token: null, headers })
  const seen = await view({ 'x-visitor-token': visitorToken, origin })
  expect(seen.status).toBe(202)
  expect(seen.headers.get('access-control-allow-origin')).toBe(origin)
  expect((await view({ 'x-visitor-token': visitorToken, origin: 'https://elsewhere.example' })).status).toBe(
    403,
  )
  expect((await view({ 'x-visitor-token': `${visitorToken.slice(0, -2)}xx`, origin })).status).toBe(401)
  expect((await view({ origin })).status).toBe(401)
  const preflight = await call(world, 'OPTIONS', '/v1/views', { token: null, headers: { origin } })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-visitor-token')
})

test('an alert asked for by API is answered, and another person cannot take it away', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const ana = await world.person('Ana', { isOptedIn: false })
  const rui = await world.person('Rui')
  const asked = await call(world, 'POST', '/v1/alerts', {
    body: { sku: 'MUG', phone: ana, wording: 'Tell me', language: 'en' },
  })
  expect(asked).toMatchObject({ status: 201, body: { isNew: true } })
  const { body } = await call(world, 'POST', '/v1/visitors', { body: { phone: rui } })
  const headers = { 'x-visitor-token': String(body['visitorToken']) }
  const path = `/v1/alerts/${String(asked.body['alertId'])}`
  expect((await call(world, 'DELETE', path, { token: null, headers })).status).toBe(404)
  await world.pass(30)
  await world.restock('MUG', 2)
  expect(world.templatesTo(ana)).toHaveLength(1)
})

test('an opt-out by API ends what is planned, and is in the consent log with its wording', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  const body = { phone: rui, to: 'opted_out', wording: 'Wrote us a letter', source: 'letter' }
  const { body: answer } = await call(world, 'POST', '/v1/people/consent', { body })
  await world.pass(30)
  await world.restock('MUG', 2)
  expect(world.templatesTo(rui)).toEqual([])
  const person = await call(world, 'GET', `/v1/people/${String(answer['personId'])}`)
  expect(JSON.stringify(person.body['consentLog'])).toContain('Wrote us a letter')
})

test('the log says in words why somebody did not get a message', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui', { isOptedIn: false })
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  await world.restock('MUG', 2)
  const { body } = await call(world, 'GET', '/v1/reengagement-log')
  expect(body['items']).toMatchObject([
    {
      state: 'suppressed',
      reason: 'no_consent',
      reasonText: 'This person has not agreed to marketing messages.',
    },
  ])
})

test('the document describes every route that answers, and every path in it does', async () => {
  await using world = await createWorld()
  const { body } = await call(world, 'GET', '/v1/openapi.json', { token: null })
  const paths = body['paths'] as Record<string, Record<string, unknown>>
  expect(Object.keys(paths).length).toBeGreaterThan(10)
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods)) {
      const target = path.replace(/\{\w+\}/g, '1')
      const answer = await call(world, method.toUpperCase(), target, { token: null })
      // It is there: what is missing is the token.
      expect(answer.status, `${method} ${path}`).toBe(401)
    }
  }
})

test('health, readiness and metrics', async () => {
  await using world = await createWorld()
  expect((await call(world, 'GET', '/healthz', { token: null })).status).toBe(200)
  expect((await call(world, 'GET', '/readyz', { token: null })).body).toMatchObject({ status: 'ready' })
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  expect(metrics).toContain('process_cpu')
  expect((await call(world, 'GET', '/nothing-here', { token: null })).status).toBe(404)
})

test('in Germany a number that was typed is pending until its owner writes', async () => {
  await using world = await createWorld()
  const phone = '+4915112345678'
  const body = { phone, to: 'opted_in', wording: 'News by WhatsApp, please', source: 'checkout' }
  expect((await call(world, 'POST', '/v1/people/consent', { body })).body['consent']).toBe('pending')
  await world.person('Jonas', { phone, country: 'DE', isOptedIn: false })
  world.sandbox.whatsapp.writes(phone, 'Hallo')
  await world.settle()
  expect(await world.db.query(`select consent from people where country = 'DE'`)).toEqual([
    { consent: 'opted_in' },
  ])
  const there = { phone: '+351912000009', to: 'opted_in', wording: 'News', source: 'checkout' }
  expect((await call(world, 'POST', '/v1/people/consent', { body: there })).body['consent']).toBe('opted_in')
})
