import type { RequestListener } from 'node:http'
import express from 'express'
import type { Clock, MovableClock } from '../platform/clock.ts'
import { createHttpClient, type HttpClient } from '../platform/http-client.ts'
import type { Logger } from '../platform/log.ts'
import type { Random } from '../platform/random.ts'
import { listen } from '../platform/web.ts'
import { createBuyers, type Buyers } from './buyers/buyers.ts'
import { restoreClock } from './clock-keeper.ts'
import { controlRoutes } from './control/control-routes.ts'
import { loadCredentials, type SandboxCredentials } from './credentials.ts'
import { noFaults, type WhatsAppFaults } from './graph/faults.ts'
import { graphListener, type GraphDeps } from './graph/graph-routes.ts'
import { createMediaLoader } from './graph/media-fault.ts'
import { createMetaWebhooks } from './graph/meta-webhooks.ts'
import { openGraphState } from './graph/open-graph-state.ts'
import { createManagementLimits } from './graph/management-limits.ts'
import { createPortfolioLimit } from './graph/portfolio-limit.ts'
import { createWebhookPoster, type WebhookPoster } from './graph/post-webhook.ts'
import { createRateLimits } from './graph/rate-limits.ts'
import { createRetryTimers } from './graph/retry-timers.ts'
import { createTraffic } from './graph/traffic.ts'
import { verifySubscription, type SubscriptionAnswer } from './graph/verify-subscription.ts'
import { createWhatsAppControl, type WhatsAppControl } from './graph/whatsapp-control.ts'
import { defaultSettings, throughputOf, type WhatsAppSettings } from './graph/whatsapp-settings.ts'
import { createPending, type Pending } from './pending.ts'
import { playShop, type ShopStage } from './play-shop.ts'
import { seedShop } from './seed/seed-shop.ts'
import type { ShopControl } from './shop/shop-control.ts'
import { storefront } from './shop/storefront.ts'
import { restRoutes } from './shop/rest-routes.ts'
import { runQueue, type RequestDeps } from './shop/run-request.ts'
import { openStore } from './store.ts'

export interface SandboxOptions {
  /** 0: any free one. */
  port: number
  host?: string
  /** Null: nothing is kept. */
  dataDir: string | null
  /** Moved by the control API. One that runs is put back at start to where it had been moved. */
  clock: MovableClock
  random: Random
  log: Logger
  /** Where Meta's webhooks go; it can be said later, and until then they wait. */
  hubUrl?: string
  credentials?: SandboxCredentials
  /** An empty sandbox is filled once. */
  seed: 'shop' | 'empty'
  options?: {
    timeZone?: string
    currency?: string
    pricesIncludeTax?: boolean
    /** `sync` unless said otherwise, so that whoever changes the shop can wait for its webhooks. */
    webhookMode?: 'sync' | 'async'
    /** Runs the queue of asynchronous webhooks so often, in real time; left out: only when told. */
    runQueueEveryMs?: number
    throughputPerSecond?: number
    whatsapp?: Partial<WhatsAppSettings>
    /** What goes wrong from the start. */
    faults?: Partial<WhatsAppFaults>
    /** After so many failures a WhatsApp webhook waits until it is released. */
    maxWebhookAttempts?: number
    webhookTimeoutMs?: number
  }
}

export interface Sandbox {
  url: string
  /** Without a version. */
  graphUrl: string
  /** Without /wp-json. */
  storeUrl: string
  credentials: SandboxCredentials
  /** What the shop is set to. */
  shopDefaults: { timeZone: string; currency: string; country: string; language: string }
  clock: Clock
  whatsapp: WhatsAppControl
  shop: ShopControl
  /** The same people, tapping on links and buying. */
  buyers: Buyers
  connectHub(hubUrl: string): void
  /** Meta's check of a webhook's address, as when it is entered in the app's dashboard. */
  verifySubscription(): Promise<SubscriptionAnswer>
  /** Resolves when every webhook was answered or given up; what is held stays held. */
  settle(): Promise<void>
  stop(): Promise<void>
}

interface Address {
  url: string
  hub: string | null
}

/** WhatsApp's Cloud API under /graph, a WooCommerce shop under /shop, and what moves them under /control, on one port. */
export async function startSandbox(given: SandboxOptions): Promise<Sandbox> {
  const { clock, log, options = {} } = given
  const store = openStore(given.dataDir)
  restoreClock(store, clock)
  const credentials = given.credentials ?? loadCredentials(store, given.random)
  const http = createHttpClient({
    baseURL: 'http://localhost',
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
  })
  const address: Address = { url: '', hub: given.hubUrl ?? null }
  const poster = createWebhookPoster(options.webhookTimeoutMs ?? 10_000)
  const ground: Ground = { store, http, poster, pending: createPending(), address, credentials }
  const { graph, whatsapp } = playWhatsApp(given, ground)
  const { shopDeps, shop, faults } = playShop(toShopStage(given, ground))
  if (given.seed === 'shop' && shop.products().length === 0) {
    seedShop(shopDeps, (person) => whatsapp.addPerson(person))
  }
  const storeUrl = (): string => addressesOf(address.url).storeUrl
  const buyers = createBuyers({ http: ground.http, clock, state: graph.state, whatsapp, shop, storeUrl })
  const settle = async (): Promise<void> => {
    do await ground.pending.settled()
    while ((await runQueue(shopDeps)) > 0)
  }
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use('/shop/wp-json', restRoutes({ ...shopDeps, log, nonces: new Map(), faults }))
  app.use('/shop', storefront(shopDeps))
  app.use('/control', controlRoutes({ whatsapp, shop, buyers, clock, store, settle, log }))
  const host = given.host ?? '127.0.0.1'
  const listening = await listen(beside(graphListener(graph), app), given.port, host)
  address.url = `http://${host}:${listening.port}`
  graph.webhooks.release()
  const queueTimer = startQueueTimer(shopDeps, options.runQueueEveryMs)
  return {
    ...addressesOf(address.url),
    credentials,
    shopDefaults: {
      timeZone: shopDeps.site.timeZone,
      currency: shopDeps.site.currency,
      country: 'PT',
      language: 'en',
    },
    clock,
    whatsapp,
    shop,
    buyers,
    connectHub: (hubUrl) => {
      address.hub = hubUrl
      graph.webhooks.release()
    },
    verifySubscription: () => verifySubscription({ ...graph, http }, address.hub ?? ''),
    settle,
    stop: async () => {
      clearInterval(queueTimer)
      graph.webhooks.stop()
      graph.timers.fireAll()
      await listening.close(1_000)
      await ground.pending.settled()
      http.close()
      poster.close()
      store.close()
    },
  }
}

/** What begins with /graph goes to the first. */
function beside(graph: RequestListener, app: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith('/graph/')) graph(request, response)
    else app(request, response)
  }
}

function addressesOf(url: string): Pick<Sandbox, 'url' | 'graphUrl' | 'storeUrl'> {
  return { url, graphUrl: `${url}/graph`, storeUrl: `${url}/shop` }
}

/** What both sides stand on. */
interface Ground {
  store: ReturnType<typeof openStore>
  http: HttpClient
  poster: WebhookPoster
  pending: Pending
  address: Address
  credentials: SandboxCredentials
}

function playWhatsApp(
  { clock, random, log, options = {} }: SandboxOptions,
  { store, http, poster, pending, address, credentials }: Ground,
): { graph: GraphDeps; whatsapp: WhatsAppControl } {
  const faults: WhatsAppFaults = { ...noFaults, ...options.faults }
  const settings: WhatsAppSettings = {
    ...defaultSettings,
    throughputPerSecond: options.throughputPerSecond ?? defaultSettings.throughputPerSecond,
    ...options.whatsapp,
  }
  const account = { ...credentials.whatsapp }
  const parts = {
    state: openGraphState(store, settings),
    account,
    faults,
    settings,
    clock,
    random,
    log,
    pending,
  }
  const webhooks = createMetaWebhooks({
    ...parts,
    poster,
    url: () => (address.hub === null ? null : `${address.hub}/webhooks/whatsapp`),
    maxAttempts: options.maxWebhookAttempts ?? 60,
  })
  const graphUrl = (): string => addressesOf(address.url).graphUrl
  const graph: GraphDeps = {
    ...parts,
    webhooks,
    limits: createRateLimits(clock, () => throughputOf(settings)),
    portfolio: createPortfolioLimit(settings),
    management: createManagementLimits({ clock, account }, settings),
    media: createMediaLoader({ ...parts, http }),
    timers: createRetryTimers(),
    traffic: createTraffic(),
    graphUrl,
  }
  return { graph, whatsapp: createWhatsAppControl(graph) }
}

function toShopStage({ clock, random, options = {} }: SandboxOptions, ground: Ground): ShopStage {
  const { consumerKey: key, consumerSecret: secret } = ground.credentials.woo
  return {
    ...ground,
    clock,
    random,
    key,
    secret,
    url: () => addressesOf(ground.address.url).storeUrl,
    options,
  }
}

function startQueueTimer(deps: RequestDeps, everyMs: number | undefined): NodeJS.Timeout | undefined {
  return everyMs === undefined ? undefined : setInterval(() => deps.pending.track(runQueue(deps)), everyMs)
}
