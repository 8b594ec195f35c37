import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import type { NewPerson } from '../../src/sandbox/graph/whatsapp-control.ts'
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/start-sandbox.ts'

export interface Received {
  path: string
  headers: Record<string, string | undefined>
  body: string
}

export interface MetaDelivery {
  entry: { id: string; time?: number; changes: MetaChange[] }[]
}

export interface MetaChange {
  field: string
  value: {
    contacts?: object[]
    messages?: { text: { body: string } }[]
    statuses?: MetaStatus[]
  }
}

export interface MetaStatus {
  id: string
  status: string
  pricing?: { type: string; category?: string }
  errors?: { code: number }[]
  biz_opaque_callback_data?: string
}

/** Stands in for the hub: keeps what it is sent, and answers as it is told. */
export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** The status of the next answers, in turn; 200 after that. */
  answers: number[]
  /** Parsed bodies of WhatsApp's webhooks. */
  meta(): MetaDelivery[]
  /** Of all deliveries so far. */
  changes(): MetaChange[]
  /** `product.updated 12` for each of WooCommerce's, `ping 3` for its pings. */
  woo(): string[]
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: number[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string | undefined>
      received.push({ path: request.url ?? '', headers, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  const meta = (): MetaDelivery[] =>
    received
      .filter(({ path }) => path === '/webhooks/whatsapp')
      .map(({ body }) => JSON.parse(body) as MetaDelivery)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    meta,
    changes: () => meta().flatMap(({ entry }) => entry.flatMap(({ changes }) => changes)),
    woo: () => received.filter(({ path }) => path.startsWith('/woo')).map(describeDelivery),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function describeDelivery({ headers, body }: Received): string {
  const topic = headers['x-wc-webhook-topic']
  if (topic === undefined) return body.replace('webhook_id=', 'ping ')
  const { id, code } = JSON.parse(body) as { id?: number; code?: string }
  return `${topic} ${id ?? code ?? ''}`
}

export interface Answer {
  status: number
  headers: Headers
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

/** The code of a Graph API error, or nothing. */
export function codeOf({ body }: Answer): number | undefined {
  return (body as { error?: { code: number } }).error?.code
}

/** The id of the message that was accepted. */
export function wamidOf({ body }: Answer): string {
  return (body as { messages: [{ id: string }] }).messages[0].id
}

export interface World extends AsyncDisposable {
  sandbox: Sandbox
  clock: MovableClock
  receiver: Receiver
  /** Below /graph/v25.0, with the token. */
  graph(method: string, path: string, body?: unknown): Promise<Answer>
  /** POST to the number's messages. */
  send(message: Record<string, unknown>): Promise<Answer>
  /** Below /shop/wp-json/wc/v3, as behind a proxy with TLS. */
  woo(method: string, path: string, body?: unknown): Promise<Answer>
  person(given?: Partial<NewPerson>): ReturnType<Sandbox['whatsapp']['addPerson']>
}

export const start = new Date('2026-03-02T09:00:00.000Z')
export const silent = createLog({ level: 'silent', pretty: false })

export async function createWorld(
  given: Partial<SandboxOptions> & { topics?: string[] } = {},
): Promise<World> {
  const receiver = await startReceiver()
  const clock = createStandingClock(start)
  const { topics = [], ...options } = given
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    clock,
    random: createSeededRandom(7),
    log: silent,
    hubUrl: receiver.url,
    seed: 'empty',
    ...options,
  })
  for (const topic of topics) {
    await sandbox.shop.addWebhook({ topic, deliveryUrl: `${receiver.url}/woo`, secret: 'woo-secret' })
  }
  receiver.received.length = 0
  const { whatsapp, woo } = sandbox.credentials
  let people = 0
  const graph: World['graph'] = (method, path, body) =>
    call(
      `${sandbox.graphUrl}/v25.0/${path}`,
      method,
      { authorization: `Bearer ${whatsapp.accessToken}` },
      body,
    )
  const basic = Buffer.from(`${woo.consumerKey}:${woo.consumerSecret}`).toString('base64')
  return {
    sandbox,
    clock,
    receiver,
    graph,
    send: (message) =>
      graph('POST', `${whatsapp.phoneNumberId}/messages`, { messaging_product: 'whatsapp', ...message }),
    woo: (method, path, body) =>
      call(
        `${sandbox.storeUrl}/wp-json/wc/v3/${path}`,
        method,
        { authorization: `Basic ${basic}`, 'x-forwarded-proto': 'https' },
        body,
      ),
    person: (person = {}) => {
      people += 1
      const phone = `+3519120000${String(people).padStart(2, '0')}`
      return sandbox.whatsapp.addPerson({ name: 'Inês Carvalho', phone, country: 'PT', ...person })
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.stop()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

export async function call(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer> {
  const isText = typeof body === 'string'
  const answer = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** A marketing template as the hub makes them: image, four named parameters, an address and an opt-out. */
export function templateBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'back_in_stock',
    language: 'en',
    category: 'MARKETING',
    parameter_format: 'NAMED',
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::abc'] } },
      {
        type: 'BODY',
        text: 'Good news, {{first_name}}: the {{product}} you looked at can be had again in our shop.',
        example: {
          body_text_named_params: [
            { param_name: 'first_name', example: 'Rita' },
            { param_name: 'product', example: 'dripper' },
          ],
        },
      },
      { type: 'FOOTER', text: 'You agreed to this.' },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'URL',
            text: 'Have a look',
            url: 'https://shop.example.com/{{1}}',
            example: ['product/dripper/'],
          },
          { type: 'QUICK_REPLY', text: 'No more of this' },
        ],
      },
    ],
    ...change,
  }
}

export function templateMessage(to: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    to,
    type: 'template',
    biz_opaque_callback_data: 'message-1',
    template: {
      name: 'back_in_stock',
      language: { code: 'en' },
      components: templateComponents(),
      ...change,
    },
  }
}

export interface Component {
  type: string
  sub_type?: string
  index?: string
  parameters: Record<string, unknown>[]
}

export function templateComponents(): Component[] {
  return [
    { type: 'header', parameters: [{ type: 'image', image: { link: 'https://shop.example.com/a.png' } }] },
    {
      type: 'body',
      parameters: [
        { type: 'text', parameter_name: 'first_name', text: 'Inês' },
        { type: 'text', parameter_name: 'product', text: 'dripper' },
      ],
    },
    { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'product/dripper/' }] },
    {
      type: 'button',
      sub_type: 'quick_reply',
      index: '1',
      parameters: [{ type: 'payload', payload: 'STOP_IT' }],
    },
  ]
}

/** An approved template, its webhooks delivered and forgotten. */
export async function withTemplate(world: World, change: Record<string, unknown> = {}): Promise<void> {
  const path = `${world.sandbox.credentials.whatsapp.wabaId}/message_templates`
  const made = await world.graph('POST', path, templateBody(change))
  if (made.status !== 200) throw new Error(`The template was refused: ${JSON.stringify(made.body)}`)
  await world.sandbox.settle()
  world.receiver.received.length = 0
}

/** Every status that was delivered. */
export function statusesOf(world: World): MetaStatus[] {
  return world.receiver.changes().flatMap(({ value }) => value.statuses ?? [])
}

/** POST to the number's marketing_messages. */
export function sendMarketing(world: World, message: Record<string, unknown>): Promise<Answer> {
  const path = `${world.sandbox.credentials.whatsapp.phoneNumberId}/marketing_messages`
  return world.graph('POST', path, { messaging_product: 'whatsapp', ...message })
}
