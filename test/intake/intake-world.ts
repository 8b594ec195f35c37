import { createHmac } from 'node:crypto'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database, Sql } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { createWebApp, listen } from '../../src/platform/web.ts'
import type { InboxHandlers } from '../../src/intake/inbox-event.ts'
import { createInboxProcessor, type InboxProcessor } from '../../src/intake/inbox-processor.ts'
import { createIntake, type IntakeDeps } from '../../src/intake/create-intake.ts'

const appSecret = 'app-secret'
const wooSecret = 'woo-secret'
export const shopId = 1
const phoneNumberId = '200'
const wabaId = '100'
const silent = createLog({ level: 'silent', pretty: false })
export const morning = new Date('2026-03-02T12:00:00Z')

export interface OpenDoor extends AsyncDisposable {
  url: string
  clock: MovableClock
  metrics: Metrics
  /** The lanes that were woken, in order. */
  woken: string[]
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>
  postMeta(body: string | Buffer): Promise<Response>
  postWoo(body: string | Buffer, headers?: Record<string, string>): Promise<Response>
}

export type Place = 'behind Express' | 'in front of Express'

/** The webhook addresses on a port of their own, for one shop called `default`. */
export async function openDoor(
  db: Pick<Database, 'pool'>,
  place: Place,
  changes: Partial<IntakeDeps> = {},
): Promise<OpenDoor> {
  const clock = createStandingClock(morning)
  const metrics = createMetrics({ withProcess: false })
  const woken: string[] = []
  const deps: IntakeDeps = {
    appSecrets: () => ['an older secret', appSecret],
    verifyTokens: () => ['verify-me'],
    findShop: async (key) => (key === 'default' ? { id: shopId, wooSecret } : undefined),
    clock,
    db,
    wake: (lane) => woken.push(lane),
    log: silent,
    metrics,
    ...changes,
  }
  const intake = createIntake(deps)
  const app = createWebApp({ log: silent }, (express) => express.use(intake.routes))
  const server = await listen(place === 'behind Express' ? app : intake.inFrontOf(app), 0, '127.0.0.1')
  const url = `http://127.0.0.1:${server.port}`
  const post: OpenDoor['post'] = (path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  return {
    url,
    clock,
    metrics,
    woken,
    post,
    postMeta: (body) => post('/webhooks/whatsapp', body, { 'x-hub-signature-256': signMeta(body) }),
    postWoo: (body, headers = {}) =>
      post('/webhooks/woocommerce/default', body, { ...wooHeaders(body), ...headers }),
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

export function signMeta(body: string | Buffer, secret = appSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

export function signWoo(body: string | Buffer): string {
  return createHmac('sha256', wooSecret).update(body).digest('base64')
}

export function wooHeaders(body: string | Buffer): Record<string, string> {
  return {
    'x-wc-webhook-source': 'https://shop.example/',
    'x-wc-webhook-topic': 'product.updated',
    'x-wc-webhook-id': '2',
    'x-wc-webhook-delivery-id': 'd5a2e2ae722163bf56a4fa25025fda30',
    'x-wc-webhook-signature': signWoo(body),
  }
}

/** A processor that knows one number and one account, both of shop 1. */
export function createProcessor(
  db: Database,
  handlers: Partial<InboxHandlers>,
  clock: MovableClock = createStandingClock(morning),
): InboxProcessor {
  return createInboxProcessor({
    db,
    clock,
    log: silent,
    metrics: createMetrics({ withProcess: false }),
    handlers: { one: {}, many: {}, ...handlers },
    findNumber: async (_, metaId) => (metaId === phoneNumberId ? { shopId } : undefined),
    findShopOfWaba: async (_, metaId) => (metaId === wabaId ? shopId : undefined),
  })
}

export async function drain(processor: InboxProcessor): Promise<void> {
  while ((await processor.work()) > 0);
}

export interface TextSeed {
  from: string
  text: string
  /** Unix seconds. */
  at?: number
  id?: string
}

let messages = 0

export function textMessage({
  from,
  text,
  at = 1_772_452_800,
  id = `wamid.${++messages}`,
}: TextSeed): unknown {
  return { from, id, timestamp: String(at), type: 'text', text: { body: text } }
}

/** A delivery of Meta's with these messages in one change. */
export function messagesDelivery(inbound: unknown[], number = phoneNumberId): string {
  return changeDelivery('messages', {
    messaging_product: 'whatsapp',
    metadata: metadata(number),
    messages: inbound,
  })
}

export function statusesDelivery(statuses: { id: string; status: string }[]): string {
  const full = statuses.map((status) => ({
    ...status,
    timestamp: '1772452800',
    recipient_id: '351910000001',
  }))
  return changeDelivery('messages', {
    messaging_product: 'whatsapp',
    metadata: metadata(phoneNumberId),
    statuses: full,
  })
}

export function changeDelivery(field: string, value: unknown): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: wabaId, time: 1_772_452_800, changes: [{ field, value }] }],
  })
}

function metadata(number: string): unknown {
  return { display_phone_number: '351210000000', phone_number_id: number }
}

export function countDeliveries(sql: Sql): Promise<number> {
  return sql.query<{ count: number }>('select count(*) from inbox_deliveries').then(([row]) => row!.count)
}

/** Straight into the inbox, as the door would have stored them, one after the other. */
export async function storeDeliveries(sql: Sql, bodies: readonly string[]): Promise<void> {
  await sql.execute(
    `insert into inbox_deliveries (source, body, received_at, state)
     select 'whatsapp', convert_to(body, 'UTF8'), $2, 'received' from unnest($1::text[]) with ordinality as given (body, place)
     order by place`,
    [bodies, morning],
  )
}
