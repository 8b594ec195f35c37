import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { startOwnRedis, type OwnRedis } from '../../bench/support/own-redis.ts'
import { endProcess, freePort } from '../../bench/support/processes.ts'
import { saveCampaignSettings, switchCampaign } from '../../src/campaigns/campaign-store.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import type { LoggedMessage } from '../../src/sandbox/graph/graph-state.ts'
import { findShopByKey, saveShopSettings } from '../../src/shops/shop-store.ts'
import { startBalancer } from './balancer.ts'
import { connectionsTo, startPlayedProcess } from './played-process.ts'
import { startOwnPostgres, until, type OwnPostgres } from './own-servers.ts'

export type Role = 'web' | 'worker' | 'scheduler'

/** The hub as a large operator runs it: roles in processes of their own, PostgreSQL and Redis outside, WhatsApp played in another process. */
export interface HubProcesses extends AsyncDisposable {
  db: Database
  shopId: number
  postgres: OwnPostgres
  redis: OwnRedis
  /** One more process of these roles; a web process takes its share of the requests once it is ready. */
  start(roles: readonly Role[], over?: Record<string, string>): Promise<ChildProcess>
  /** Where the played WhatsApp is. */
  graphUrl: string
  /** What a test does to the played WhatsApp and shop. */
  control<T>(path: string, body?: unknown): Promise<T>
  /** People who have opted in and looked at this product, sold out; by their numbers. */
  interest(sku: string, count: number): Promise<string[]>
  /** Comes back, so that they are told. */
  restock(sku: string): Promise<void>
  templates(): Promise<LoggedMessage[]>
  count(from: string): Promise<number>
}

export async function startHubProcesses(): Promise<HubProcesses> {
  const [postgres, redis, balancer] = [await startOwnPostgres(), await startOwnRedis(), await startBalancer()]
  const sandbox = await startPlayedProcess(balancer.url, {
    SANDBOX_ANSWER_DELAY_MS: '40',
    SANDBOX_WEBHOOK_CONCURRENCY: '8',
    SANDBOX_UNKNOWN_PEOPLE: 'arrive',
  })
  const env = {
    ...connectionsTo(sandbox),
    PUBLIC_URL: balancer.url,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    HUB_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    HUB_API_TOKEN: 'test-api-token',
  }
  const children: ChildProcess[] = [sandbox.child]
  const { control } = sandbox
  const start = async (roles: readonly Role[], over: Record<string, string> = {}): Promise<ChildProcess> => {
    const port = await freePort()
    const child = run(['src/main.ts'], { ...env, ...over, ROLES: roles.join(), PORT: String(port) })
    children.push(child)
    if (!roles.includes('web')) return child
    const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
    await until('a web process is ready', isReady, 40_000)
    balancer.add(port)
    child.once('exit', () => balancer.remove(port))
    return child
  }
  const db = openDatabase(postgres.url, { poolSize: 4, onError: () => undefined })
  const dispose = async (): Promise<void> => {
    await Promise.all(children.map((child) => endProcess(child, 'SIGKILL')))
    await db.close()
    await balancer[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  }
  const count = async (from: string): Promise<number> => {
    const [row] = await db.query<{ n: number }>(`select count(*)::int as n from ${from}`)
    return row?.n ?? 0
  }
  try {
    await start(['web'])
    const shopId = await setUp({ db, env, count })
    return {
      db,
      shopId,
      postgres,
      redis,
      start,
      graphUrl: sandbox.graphUrl,
      control,
      interest: (sku, people) => addInterested(db, { shopId, sku, people, control }),
      restock: async (sku) => {
        await control(`/products/${sku}/stock`, { quantity: 5_000 })
      },
      templates: async () => {
        const messages = await control<LoggedMessage[]>('/messages')
        return messages.filter(({ direction, type }) => direction === 'to_person' && type === 'template')
      },
      count,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (thrown) {
    await dispose()
    throw thrown
  }
}

/** An app as an operator starts it. What it has to say about itself is shown only to whoever looks for a failure. */
function run(words: readonly string[], env: Record<string, string>): ChildProcess {
  const said = process.env.LOG_LEVEL === undefined ? 'ignore' : 'inherit'
  return spawn(process.execPath, ['--import', 'tsx', ...words], {
    env: { ...process.env, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', said, 'inherit'],
  })
}

interface SetUp {
  db: Database
  env: Record<string, string>
  count: (from: string) => Promise<number>
}

/** A shop that is open at any hour and tells of what is back at once; its templates are made, and what it sells is known. */
async function setUp({ db, env, count }: SetUp): Promise<number> {
  const isThere = async (): Promise<boolean> => (await findShopByKey(db, 'default')) !== undefined
  await until('the shop is there', isThere, 20_000)
  const shopId = (await findShopByKey(db, 'default'))?.id ?? 0
  await until('the campaigns are there', async () => (await count('campaigns')) > 0, 20_000)
  const now = new Date(0)
  const settings = {
    sendWindow: { opens: '00:00', closes: '24:00', byCountry: {} },
    sending: { uncertainMinutes: 1, templateRampUp: { hours: 0 } },
    // Many restocks within minutes are meant here.
    brakes: { bulkMinItems: 1_000 },
  }
  await db.transaction(async (tx) => {
    await saveShopSettings(tx, shopId, settings, { name: 'test', now })
    const campaign = { minOutMinutes: 0, settleMinutes: 0, waveMinutes: 1, perUnit: 50 }
    await saveCampaignSettings(tx, shopId, 'back_in_stock', { settings: campaign, now })
    await switchCampaign(tx, shopId, 'back_in_stock', { isOn: true, now })
  })
  const connected = run(['src/cli/hub.ts', 'connect'], env)
  const [code] = (await once(connected, 'exit')) as [number]
  if (code !== 0) throw new Error(`hub connect ended with ${code}`)
  return shopId
}

let phones = 0

async function addInterested(
  db: Database,
  about: { shopId: number; sku: string; people: number; control: HubProcesses['control'] },
): Promise<string[]> {
  const { shopId, sku, people, control } = about
  await control(`/products/${sku}/change`, { manage_stock: true, stock_quantity: 0 })
  const productId = async (): Promise<number | undefined> => {
    const rows = await db.query<{ id: number }>(
      'select id from products where shop_id = $1 and sku = $2 and not is_in_stock',
      [shopId, sku],
    )
    return rows[0]?.id
  }
  await until(`${sku} is known to be sold out`, async () => (await productId()) !== undefined, 60_000)
  const from = 10_000 + phones
  phones += people
  const numbers = Array.from({ length: people }, (_, nth) => `+3519123${String(from + nth)}`)
  const now = new Date()
  await db.execute(
    `with added as (
       insert into people (shop_id, public_id, root_id, first_name, language, country, send_regions, consent, consent_at, meta_stop, created_at, updated_at)
       select $1, 'public' || number, 0, 'Ana', 'en', 'PT', '{PT|Europe/Lisbon}', 'opted_in', $4, false, $4, $4
       from unnest($2::text[]) number returning id, public_id),
     identified as (
       insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
       select $1, id, 'wa_id', substr(public_id, 7), substr(public_id, 8), true, 'whatsapp', $4 from added),
     viewed as (
       insert into product_views (shop_id, person_id, product_id, kind, source, source_key, in_stock, at, received_at)
       select $1, id, $3, 'view', 'chat', 'view' || public_id, false, $4, $4 from added)
     insert into product_interest (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views)
     select id, $3, $1, $4, $4, $4, 1 from added`,
    [shopId, numbers, await productId(), now],
  )
  await db.execute('update people set root_id = id where root_id = 0')
  return numbers
}
