import type { ChildProcess } from 'node:child_process'
import { saveCampaignSettings, switchCampaign } from '../../src/campaigns/campaign-store.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { findShopByKey, saveShopSettings } from '../../src/shops/shop-store.ts'
import { startBenchServer, type BenchServer } from './bench-database.ts'
import { endProcess, firstLineOf, freePort, startProcess, until } from './processes.ts'

/** A hub in separate processes, as with compose.yaml, with WhatsApp and a shop played in a process of their own. */
export interface HubStage extends AsyncDisposable {
  postgres: BenchServer
  db: Database
  sandbox: ChildProcess
  hubUrl: string
  shopId: number
  /** A product of the shop that is sold out. */
  sku: string
  productId: number
  startRole(role: 'web' | 'worker' | 'scheduler'): ChildProcess
  control: <T>(path: string, body?: unknown) => Promise<T>
  webIsReady: () => Promise<boolean>
}

export interface StageOptions {
  /** Messages a second of the number, here and at the played WhatsApp. */
  perSecond: number
  /** Of the sandbox: SANDBOX_… */
  sandbox: Readonly<Record<string, string>>
  redisUrl?: string
}

interface Greeting {
  url: string
  graphUrl: string
  storeUrl: string
  credentials: { whatsapp: Record<string, string>; woo: Record<string, string> }
}

/** Nothing is sent yet: the shop's kill switch is on until `go`. */
export async function openStage(options: StageOptions): Promise<HubStage> {
  // Commits tell their time, so that what was received and when it was applied can be read afterwards.
  const postgres = await startBenchServer(['-c', 'track_commit_timestamp=on'])
  const databaseUrl = await postgres.createDatabase('bench_stage')
  const port = await freePort()
  const hubUrl = `http://127.0.0.1:${port}`
  const sandbox = startProcess('src/sandbox/main.ts', {
    SANDBOX_PORT: '0',
    SANDBOX_WEBHOOKS: 'sync',
    SANDBOX_UNKNOWN_PEOPLE: 'arrive',
    SANDBOX_THROUGHPUT: String(options.perSecond),
    SANDBOX_MESSAGING_LIMIT: 'unlimited',
    PUBLIC_URL: hubUrl,
    ...options.sandbox,
  })
  const greeting = JSON.parse(await firstLineOf(sandbox)) as Greeting
  const env = hubEnvironment({
    greeting,
    databaseUrl,
    port,
    redisUrl: options.redisUrl,
    folder: postgres.folder,
  })
  const children = new Set<ChildProcess>()
  const startRole = (role: string): ChildProcess => {
    const child = startProcess('src/main.ts', {
      ...env,
      ROLES: role,
      ...(role === 'web' ? {} : { PORT: '1' }),
    })
    child.stdout?.resume()
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${greeting.url}/control${path}`, init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const webIsReady = async (): Promise<boolean> => (await fetch(`${hubUrl}/readyz`)).ok
  const db = openDatabase(databaseUrl, { poolSize: 3 })
  const dispose = async (): Promise<void> => {
    await Promise.all([...children].map((child) => endProcess(child, 'SIGKILL')))
    await endProcess(sandbox, 'SIGKILL')
    await db.close()
    await postgres[Symbol.asyncDispose]()
  }
  try {
    const web = startRole('web')
    await until('the hub is ready', 60_000, webIsReady)
    const prepared = await prepareShop({ db, env, perSecond: options.perSecond, control, startRole })
    await endProcess(web, 'SIGTERM')
    return {
      postgres,
      db,
      sandbox,
      hubUrl,
      ...prepared,
      startRole,
      control,
      webIsReady,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (thrown) {
    await dispose()
    throw thrown
  }
}

function hubEnvironment(about: {
  greeting: Greeting
  databaseUrl: string
  port: number
  redisUrl: string | undefined
  folder: string
}): Record<string, string> {
  const { greeting, databaseUrl, port, redisUrl, folder } = about
  const { whatsapp, woo } = greeting.credentials
  return {
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    DATA_DIR: `${folder}/hub`,
    LOG_LEVEL: 'error',
    WHATSAPP_GRAPH_URL: greeting.graphUrl,
    WHATSAPP_ACCESS_TOKEN: whatsapp.accessToken ?? '',
    WHATSAPP_APP_SECRET: whatsapp.appSecret ?? '',
    WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken ?? '',
    WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId ?? '',
    WHATSAPP_BUSINESS_ACCOUNT_ID: whatsapp.wabaId ?? '',
    WOOCOMMERCE_STORE_URL: greeting.storeUrl,
    WOOCOMMERCE_CONSUMER_KEY: woo.consumerKey ?? '',
    WOOCOMMERCE_CONSUMER_SECRET: woo.consumerSecret ?? '',
    WOOCOMMERCE_WEBHOOK_SECRET: woo.webhookSecret ?? '',
    SHOP_TIMEZONE: 'Europe/Lisbon',
    SHOP_CURRENCY: 'EUR',
    SHOP_COUNTRY: 'PT',
    SHOP_LANGUAGE: 'en',
  }
}

interface PrepareDeps {
  db: Database
  env: Record<string, string>
  perSecond: number
  control: HubStage['control']
  startRole: (role: string) => ChildProcess
}

async function prepareShop(deps: PrepareDeps): Promise<Pick<HubStage, 'shopId' | 'sku' | 'productId'>> {
  const { db, control } = deps
  await until('the campaigns are there', 30_000, async () => {
    const [row] = await db.query(`select 1 from campaigns`)
    return row !== undefined
  })
  const shop = await findShopByKey(db, 'default')
  const shopId = shop?.id ?? 0
  await db.transaction((tx) => saveRules(tx, shopId))
  const hub = startProcess('src/cli/hub.ts', deps.env, ['connect'])
  await endedWell(hub)
  const worker = deps.startRole('worker')
  await until('the import is done', 120_000, async () => {
    const [run] = await db.query(`select 1 from import_runs where state = 'done'`)
    return run !== undefined
  })
  await endProcess(worker, 'SIGTERM')
  await db.execute('update phone_numbers set rate_per_second = $1', [deps.perSecond])
  await db.execute(`update meta_portfolios set messaging_tier = 'TIER_UNLIMITED'`)
  const products = await control<{ sku: string; type: string; status: string }[]>('/products')
  const sku = products.find(({ type, status }) => type === 'simple' && status === 'publish')?.sku ?? ''
  const [product] = await db.query<{ id: number }>('select id from products where sku = $1', [sku])
  return { shopId, sku, productId: product?.id ?? 0 }
}

type Tx = Parameters<Parameters<Database['transaction']>[0]>[0]

// Nobody sleeps, everything that comes back is told at once, nothing is held back for being new.
async function saveRules(tx: Tx, shopId: number): Promise<void> {
  const now = new Date(0)
  await saveShopSettings(
    tx,
    shopId,
    {
      sendWindow: { opens: '00:00', closes: '24:00', byCountry: {} },
      sending: { uncertainMinutes: 1, templateRampUp: { hours: 0 } },
      brakes: { bulkMinItems: 1_000 },
    },
    { name: 'bench', now },
  )
  const settings = { minOutMinutes: 0, settleMinutes: 0, waveMinutes: 1, perUnit: 50 }
  await saveCampaignSettings(tx, shopId, 'back_in_stock', { settings, now })
  await switchCampaign(tx, shopId, 'back_in_stock', { isOn: true, now })
  await tx.execute(`update shops set sending_stopped_at = $1, sending_stop_reason = 'killed'`, [now])
}

async function endedWell(child: ChildProcess): Promise<void> {
  child.stdout?.resume()
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`A command ended with ${String(code)}`)
}

/** So many people who looked at the stage's product while it was sold out; the wave that follows plans a message to each. */
export async function reserveMessages(stage: HubStage, count: number): Promise<void> {
  const { db, shopId, productId, sku, control } = stage
  const now = new Date()
  await control(`/products/${sku}/change`, { manage_stock: true, stock_quantity: 0 })
  await until('the product is sold out', 30_000, async () => {
    const [row] = await db.query<{ isInStock: boolean }>('select is_in_stock from products where id = $1', [
      productId,
    ])
    return row?.isInStock === false
  })
  await insertPeople(db, { shopId, productId, count, now })
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await control(`/products/${sku}/stock`, { quantity: 100_000 })
  await until('the messages are planned', 600_000, async () => (await countWaiting(db)) >= count)
  await db.execute('vacuum analyze')
}

export async function countWaiting(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>(`select count(*) as n from messages where state = 'waiting'`)
  return row?.n ?? 0
}

async function insertPeople(
  db: Database,
  about: { shopId: number; productId: number; count: number; now: Date },
): Promise<void> {
  const { shopId, productId, count, now } = about
  await db.transaction(async (tx) => {
    await tx.execute(
      `with person as (
         insert into people (shop_id, public_id, root_id, first_name, language, country, send_regions, consent, consent_at, meta_stop, created_at, updated_at)
         select $1, 'bench' || n, 0, 'Rita', 'en', 'PT', '{PT|Europe/Lisbon}', 'opted_in', $3, false, $3, $3 from generate_series(1, $2::int) n
         returning id, public_id
       ), identity as (
         insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
         select $1, id, 'wa_id', '+3519' || lpad(substr(public_id, 6), 8, '0'), '3519' || lpad(substr(public_id, 6), 8, '0'), true, 'bench', $3
         from person
       )
       insert into product_interest (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views)
       select id, $4, $1, $3, $3, $3, 1 from person`,
      [shopId, count, now, productId],
    )
    await tx.execute('update people set root_id = id where root_id = 0')
  })
  await db.execute('vacuum analyze')
}
