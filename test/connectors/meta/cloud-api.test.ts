import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createCloudApi, type SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import { createHttpClient } from '../../../src/platform/http-client.ts'
import { hasFixtures, readFixture } from './fixtures.ts'
import { graphError, startGraphServer, testToken, type GraphAnswer } from './support/graph-server.ts'

const message = {
  recipient: { kind: 'number', number: '+16505551234' },
  content: { kind: 'text', body: 'Hello' },
  callbackData: 'cb-1',
} as const

async function sendAndGet(answer: GraphAnswer): Promise<SendResult> {
  await using graph = await startGraphServer(() => answer, 300)
  return await graph.api.send('106540352242922', message)
}

describe('sending', () => {
  test('calls the number’s address with the token in a header, and nowhere else', async () => {
    await using graph = await startGraphServer(() => ({ body: { messages: [{ id: 'wamid.1' }] } }))
    await graph.api.send('106540352242922', message)
    const [request] = graph.requests
    expect(request).toMatchObject({ method: 'POST', path: '/106540352242922/messages' })
    expect(request!.headers.authorization).toBe(`Bearer ${testToken}`)
    expect(request!.query.size).toBe(0)
    expect(request!.body).toMatchObject({ to: '+16505551234', biz_opaque_callback_data: 'cb-1' })
  })

  test('accepted: Meta’s id and WhatsApp’s own spelling of the number', async () => {
    const contacts = [{ input: '+5511987654321', wa_id: '551187654321' }]
    const messages = [{ id: 'wamid.1', message_status: 'held_for_quality_assessment' }]
    expect(await sendAndGet({ body: { messaging_product: 'whatsapp', contacts, messages } })).toEqual({
      kind: 'accepted',
      wamid: 'wamid.1',
      waId: '551187654321',
      userId: undefined,
      messageStatus: 'held_for_quality_assessment',
    })
  })

  test.each([200, 400, 401, 429, 500, 503])(
    'an error body is a refusal, whatever the status (%i)',
    async (status) => {
      const answer = graphError(130429, 'too many') as { body: unknown }
      expect(await sendAndGet({ ...answer, status })).toEqual({
        kind: 'refused',
        code: 130429,
        details: 'too many',
      })
    },
  )

  test.each<[string, GraphAnswer]>([
    ['the connection is cut after the request', 'cut'],
    ['the answer does not come in time', 'silence'],
    [
      'something in between fails without Meta’s error body',
      { status: 502, body: '<html>Bad gateway</html>' },
    ],
    ['the answer names no message', { body: { messages: [] } }],
    ['the answer is not JSON', { body: 'OK' }],
  ])('when %s, nobody knows whether it was sent', async (_, answer) => {
    expect(await sendAndGet(answer)).toMatchObject({ kind: 'unknown' })
  })

  test.each<[string, GraphAnswer]>([
    ['a redirect', { status: 302, body: '' }],
    ['an address that is not there', { status: 404, body: 'not found' }],
  ])('%s did nothing', async (_, answer) => {
    expect(await sendAndGet(answer)).toMatchObject({ kind: 'refused', code: null })
  })

  test('a refused connection did nothing, and tells no token', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const http = createHttpClient({ baseURL: `http://127.0.0.1:${port}`, timeoutMs: 1000 })
    const api = createCloudApi({ http, accessToken: testToken, version: 'v25.0' })
    const result = await api.send('1', message)
    http.close()
    expect(result).toMatchObject({ kind: 'refused', code: null })
    expect(JSON.stringify(result)).not.toContain(testToken)
  })

  test.skipIf(!hasFixtures).each([
    ['send.ok.text', { kind: 'accepted', waId: '16505551234' }],
    ['send.ok.bsuid', { kind: 'accepted', userId: 'US.13491208655302741918', waId: undefined }],
    ['send.ok.template.message_status', { kind: 'accepted', messageStatus: 'accepted' }],
    [
      'send.error.130429',
      { kind: 'refused', code: 130429, details: 'Cloud API message throughput has been reached.' },
    ],
    ['send.error.131062.bsuid_not_supported', { kind: 'refused', code: 131062 }],
    [
      'send.error.100.mm_not_template',
      { kind: 'refused', code: 100, details: 'Message must be a template message.' },
    ],
  ])('Meta’s documented answer %s is understood', async (name, expected) => {
    const status = name.startsWith('send.ok') ? 200 : 400
    const body = readFixture(`api-responses/${name}`).toString()
    expect(await sendAndGet({ status, body })).toMatchObject(expected)
  })
})

describe('templates', () => {
  const template = (name: string): object => ({
    id: `id-${name}`, name, language: 'en', status: 'APPROVED', category: 'MARKETING', parameter_format: 'NAMED', components: [],
  }) // prettier-ignore

  test('are listed over all pages, by cursor', async () => {
    await using graph = await startGraphServer(({ query }) =>
      query.get('after') === 'second'
        ? { body: { data: [template('b')], paging: { cursors: { before: 'x', after: 'end' } } } }
        : {
            body: {
              data: [template('a')],
              paging: { cursors: { after: 'second' }, next: 'https://elsewhere.example' },
            },
          },
    )
    const listed = await graph.api.listTemplates('waba-1')
    expect(listed).toMatchObject({
      kind: 'listed',
      templates: [{ name: 'a', parameterFormat: 'NAMED' }, { name: 'b' }],
    })
    expect(graph.requests.map(({ path }) => path)).toEqual([
      '/waba-1/message_templates',
      '/waba-1/message_templates',
    ])
  })

  test('are not listed by half: a page that fails fails the listing', async () => {
    await using graph = await startGraphServer((_, nth) =>
      nth === 1
        ? { body: { data: [template('a')], paging: { cursors: { after: 'n' }, next: 'x' } } }
        : graphError(80007),
    )
    expect(await graph.api.listTemplates('waba-1')).toMatchObject({ kind: 'refused', code: 80007 })
  })

  test('are created with their parameter format', async () => {
    await using graph = await startGraphServer(() => ({
      body: { id: '546151681022936', status: 'PENDING', category: 'MARKETING' },
    }))
    const created = await graph.api.createTemplate('waba-1', {
      name: 'hello', language: 'en', category: 'MARKETING', parameterFormat: 'NAMED', components: [{ type: 'BODY', text: 'Hi' }],
    }) // prettier-ignore
    expect(created).toEqual({
      kind: 'created',
      id: '546151681022936',
      status: 'PENDING',
      category: 'MARKETING',
    })
    expect(graph.requests[0]!.body).toEqual({
      name: 'hello', language: 'en', category: 'MARKETING', parameter_format: 'NAMED', components: [{ type: 'BODY', text: 'Hi' }],
    }) // prettier-ignore
  })

  test('show reviewers an example picture, uploaded in a session', async () => {
    await using graph = await startGraphServer((_, nth) => ({
      body: nth === 1 ? { id: 'upload:abc?sig=1' } : { h: '4::handle' },
    }))
    const bytes = Buffer.from([1, 2, 3, 255])
    expect(await graph.api.uploadExample({ name: 'a.png', type: 'image/png', bytes })).toEqual({
      kind: 'uploaded',
      handle: '4::handle',
    })
    const [session, upload] = graph.requests
    expect([session!.path, session!.query.get('file_length')]).toEqual(['/app/uploads', '4'])
    expect([upload!.path, upload!.query.get('sig'), upload!.headers.file_offset]).toEqual([
      '/upload:abc',
      '1',
      '0',
    ])
    expect(upload!.headers.authorization).toBe(`OAuth ${testToken}`)
    expect(upload!.bytes).toEqual(bytes)
  })
})

describe('a number', () => {
  const body = {
    display_phone_number: '+1 555',
    quality_rating: 'GREEN',
    throughput: { level: 'HIGH' },
    whatsapp_business_manager_messaging_limit: 'TIER_2K',
  }

  test('is read with its quality, rate and limit', async () => {
    await using graph = await startGraphServer(() => ({ body }))
    expect(await graph.api.loadNumber('1')).toEqual({
      kind: 'loaded',
      displayPhoneNumber: '+1 555',
      verifiedName: undefined,
      quality: 'GREEN',
      ratePerSecond: 1000,
      isInBusinessApp: false,
      messagingLimit: 'TIER_2K',
    })
  })

  test('that is also in the WhatsApp Business app is slow, whatever its level', async () => {
    await using graph = await startGraphServer(() => ({ body: { ...body, is_on_biz_app: true } }))
    expect(await graph.api.loadNumber('1')).toMatchObject({ ratePerSecond: 20, isInBusinessApp: true })
  })

  test('whose level is one that nobody knows keeps the rate it has', async () => {
    await using graph = await startGraphServer(() => ({
      body: { ...body, throughput: { level: 'NOT_APPLICABLE' } },
    }))
    expect(await graph.api.loadNumber('1')).toMatchObject({ ratePerSecond: undefined })
  })

  test('is read all the same where the API does not know the field of the app', async () => {
    await using graph = await startGraphServer(({ query }) =>
      query.get('fields')?.includes('is_on_biz_app') === true ? graphError(100) : { body },
    )
    expect(await graph.api.loadNumber('1')).toMatchObject({ ratePerSecond: 1000, isInBusinessApp: false })
    expect(graph.requests).toHaveLength(2)
  })

  test('is not asked for again where the token is refused', async () => {
    await using graph = await startGraphServer(() => graphError(190))
    expect(await graph.api.loadNumber('1')).toMatchObject({ kind: 'refused', code: 190 })
    expect(graph.requests).toHaveLength(1)
  })
})

describe('a refusal for too many calls', () => {
  const refused = (header: string | undefined) => () => ({
    status: 400,
    headers: header === undefined ? {} : { 'X-Business-Use-Case-Usage': header },
    body: { error: { code: 80007, message: 'Rate limit hit' } },
  })
  const usage = (...minutes: number[]): string =>
    JSON.stringify({
      waba: minutes.map((one) => ({ call_count: 100, estimated_time_to_regain_access: one })),
    })

  test.each([
    ['the time until calls are taken again', usage(7), 420],
    ['the longest of several', usage(3, 19, 0), 1140],
    ['at most a day', usage(100_000), 86_400],
    ['nothing where it names none', usage(0), undefined],
    ['nothing where the header says something else', '[not json', undefined],
    ['nothing without the header', undefined, undefined],
  ])('says %s', async (_, header, waitSeconds) => {
    await using graph = await startGraphServer(refused(header))
    const result = await graph.api.listTemplates('waba')
    expect(result).toMatchObject({ kind: 'refused', code: 80007 })
    expect(result.kind === 'refused' ? result.waitSeconds : null).toBe(waitSeconds)
  })
})

describe('media', () => {
  test('are uploaded once, for a number, and get an id', async () => {
    await using graph = await startGraphServer(() => ({ body: { id: '4490709327384033' } }))
    const file = { name: 'size-chart.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }
    expect(await graph.api.uploadMedia('123', file)).toEqual({
      kind: 'uploaded',
      mediaId: '4490709327384033',
    })
    const [request] = graph.requests
    expect([request?.method, request?.path]).toEqual(['POST', '/123/media'])
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    const text = request?.bytes.toString() ?? ''
    for (const part of ['name="messaging_product"', 'whatsapp', 'filename="size-chart.pdf"', '%PDF-1.7'])
      expect(text).toContain(part)
  })

  test('that were refused, or answered without an id, have none', async () => {
    await using graph = await startGraphServer(() => graphError(131053))
    const file = { name: 'a.png', type: 'image/png', bytes: Buffer.from('x') }
    expect(await graph.api.uploadMedia('123', file)).toMatchObject({ kind: 'refused', code: 131053 })
    graph.answer = () => ({ body: {} })
    expect(await graph.api.uploadMedia('123', file)).toMatchObject({ kind: 'unknown' })
  })
})

test.each([
  [undefined, '/1/messages', undefined],
  [{ kind: 'messages' as const }, '/1/messages', undefined],
  [
    { kind: 'marketing_messages' as const, productPolicy: 'STRICT' as const, messageActivitySharing: true },
    '/1/marketing_messages',
    'STRICT',
  ],
])('a message to the endpoint %o goes to %s', async (endpoint, path, policy) => {
  await using graph = await startGraphServer(() => ({ body: { messages: [{ id: 'wamid.1' }] } }))
  const content = { kind: 'template' as const, name: 'sale', language: 'en', parameters: [], buttons: [] }
  await graph.api.send('1', {
    recipient: { kind: 'number', number: '+16505551234' },
    content,
    callbackData: 'cb',
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  const [request] = graph.requests
  expect(request?.path).toBe(path)
  expect((request?.body as Record<string, unknown>).product_policy).toBe(policy)
})
