import type { Logger } from 'pino'
import { createApp, type App } from './app.ts'
import { setUpShop } from './app-shop-setup.ts'
import { createLinkTokens } from './outbox/link-token.ts'
import type { TemplateDefinitions } from './outbox/template-definition.ts'
import { loadTemplateDefinitions } from './outbox/template-definitions.ts'
import { createStandingClock, type MovableClock } from './platform/clock.ts'
import type { Database } from './platform/database.ts'
import { systemRandom } from './platform/random.ts'
import { createSecretsBox } from './platform/secrets-box.ts'
import { startSandbox, type Sandbox } from './sandbox/start-sandbox.ts'
import { connectShop } from './shops/connect-shop.ts'
import { loadShop } from './shops/shop-store.ts'
import type { Shop } from './shops/shop.ts'
import { sandboxConnection } from './app-sandbox.ts'

/** A hub and a sandbox that talk over real HTTP under one clock that stands until it is moved: the demo's and the tests' world. */
export interface Stage extends AsyncDisposable {
  app: App
  db: Database
  clock: MovableClock
  sandbox: Sandbox
  shop: Shop
  url: string
  apiToken: string
  /** Until nothing is under way any more: webhooks delivered, events handled, waves planned, messages sent. */
  settle(): Promise<void>
}

export interface StageOptions {
  db: Database
  now: Date
  log: Logger
  seed?: 'shop' | 'empty'
  /** Makes the templates in these languages only: all eight take a second. */
  templateLanguages?: readonly string[]
  /** How long WhatsApp is waited for; left out, as long as in earnest. */
  graphTimeoutMs?: number
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { db, log } = options
  const clock = createStandingClock(options.now)
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    clock,
    random: systemRandom,
    log,
    seed: options.seed ?? 'shop',
  })
  const box = createSecretsBox({ current: Buffer.alloc(32, 1) })
  const apiToken = systemRandom.token()
  let url = ''
  const app = createApp({
    db,
    clock,
    random: systemRandom,
    log,
    box,
    apiToken,
    visitorKey: Buffer.alloc(32, 2),
    links: createLinkTokens(Buffer.alloc(32, 3)),
    graph: {
      url: sandbox.graphUrl,
      version: 'v25.0',
      ...(options.graphTimeoutMs === undefined ? {} : { timeoutMs: options.graphTimeoutMs }),
    },
    publicUrl: () => url,
    queue: { kind: 'postgres', url: db.url },
  })
  const listening = await app.startWeb(0)
  url = `http://127.0.0.1:${listening.port}`
  sandbox.connectHub(url)
  const connected = await connectShop({ db, box }, sandboxConnection(sandbox), clock.now())
  app.connections.forget()
  const setup = {
    db,
    clock,
    box,
    connections: app.connections,
    log,
    publicUrl: url,
    definitions: keepLanguages(loadTemplateDefinitions(), options.templateLanguages),
  }
  // Meta's word on some hundred new templates comes in one delivery: one by one it would take as long as the rest.
  sandbox.whatsapp.setFaults({ hold: true, batchSize: 200 })
  await setUpShop({ ...setup, wake: () => undefined }, connected)
  const settle = async (): Promise<void> => {
    do await sandbox.settle()
    while ((await app.lanes.drain()) > 0)
  }
  sandbox.whatsapp.setFaults({ hold: false })
  await settle()
  sandbox.whatsapp.setFaults({ batchSize: 1 })
  return {
    app,
    db,
    clock,
    sandbox,
    shop: await loadShop(db, connected.id),
    url,
    apiToken,
    settle,
    [Symbol.asyncDispose]: async () => {
      await app.stop()
      await sandbox.stop()
    },
  }
}

function keepLanguages(definitions: TemplateDefinitions, kept?: readonly string[]): TemplateDefinitions {
  if (kept === undefined) return definitions
  return new Map(
    [...definitions].map(([name, definition]) => {
      const languages = Object.entries(definition.languages).filter(([code]) => kept.includes(code))
      return [name, { ...definition, languages: Object.fromEntries(languages) }]
    }),
  )
}
