import { createHmac } from 'node:crypto'
import { pino } from 'pino'
import { createApp, type App } from '../../src/app.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'
import { connectShop, type ShopConnection } from '../../src/shops/connect-shop.ts'
import type { Shop } from '../../src/shops/shop.ts'
import { createTestDatabase } from './database.ts'

const apiToken = 'test-api-token'

/** A hub of the test's own: its web server on a free port, its database, its clock; the lanes run when `drain` is called. */
export interface TestHub extends AsyncDisposable {
  app: App
  db: Database
  clock: MovableClock
  url: string
  apiToken: string
  shop: Shop
  drain(): Promise<void>
}

export interface HubOptions {
  now: string
  connection: ShopConnection
  graphUrl?: string
  trustedProxies?: number
}

export async function createHub(options: HubOptions): Promise<TestHub> {
  const db = await createTestDatabase({ prepares: true })
  const clock = createStandingClock(new Date(options.now))
  const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })
  const box = createSecretsBox({ current: Buffer.alloc(32, 7) })
  const app = createApp({
    db,
    clock,
    random: systemRandom,
    log,
    box,
    apiToken,
    visitorKey: Buffer.alloc(32, 9),
    links: createLinkTokens(Buffer.alloc(32, 10)),
    graph: { url: options.graphUrl ?? 'http://127.0.0.1:9', version: 'v25.0' },
    publicUrl: () => 'https://hub.example',
    queue: { kind: 'postgres', url: db.url },
    trustedProxies: options.trustedProxies ?? 0,
  })
  const shop = await connectShop({ db, box }, options.connection, clock.now())
  const listening = await app.startWeb(0)
  return {
    app,
    db,
    clock,
    url: `http://127.0.0.1:${listening.port}`,
    apiToken,
    shop,
    drain: async () => {
      await app.lanes.drain()
    },
    [Symbol.asyncDispose]: async () => {
      await app.stop()
      await db[Symbol.asyncDispose]()
    },
  }
}

export interface SignedPost {
  body: Buffer
  secret: string
  headers?: Record<string, string>
}

/** As Meta sends it. */
export function postToWhatsApp(url: string, { body, secret }: SignedPost): Promise<Response> {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return fetch(`${url}/webhooks/whatsapp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body: new Uint8Array(body),
  })
}
