import { setTimeout as delay } from 'node:timers/promises'
import { createCloudApi, type CloudApi } from './connectors/meta/cloud-api.ts'
import { createWooClient, type WooClient } from './connectors/woocommerce/woo-client.ts'
import { mostUnderWay } from './outbox/sender.ts'
import { monotonicMs, type Clock } from './platform/clock.ts'
import type { Database } from './platform/database.ts'
import { HubError } from './platform/errors.ts'
import { createHttpClient } from './platform/http-client.ts'
import type { Random } from './platform/random.ts'
import { findCredentials, type Box } from './shops/credentials.ts'
import { findShopByKey } from './shops/shop-store.ts'
import { listSealedApps } from './shops/number-store.ts'

export interface ConnectionDeps {
  db: Database
  box: Box
  clock: Clock
  random: Random
  graph: { url: string; version: string; timeoutMs?: number }
}

/** The clients and secrets of the shops, made when first needed and kept for a while. */
export interface Connections {
  cloudApiOf(shopId: number): Promise<CloudApi>
  wooClientOf(shopId: number): Promise<WooClient>
  appSecrets(): Promise<string[]>
  verifyTokens(): Promise<string[]>
  findWooShop(key: string): Promise<{ id: number; wooSecret: string | null } | undefined>
  /** Forgets what is kept: credentials have changed. */
  forget(): void
  close(): void
}

const graphTimeoutMs = 15_000
const shopTimeoutMs = 30_000
const keptMs = 15_000

export function createConnections(deps: ConnectionDeps): Connections {
  const { url: baseURL, timeoutMs = graphTimeoutMs } = deps.graph
  const graphHttp = createHttpClient({ baseURL, timeoutMs })
  const sendingHttp = createHttpClient({ baseURL, timeoutMs, maxSockets: mostUnderWay })
  const shopHttp = createHttpClient({ baseURL: '', timeoutMs: shopTimeoutMs })
  const kept = createKept()
  const secrets = (): Promise<{ secrets: string[]; tokens: string[] }> =>
    kept('apps', async () => {
      const apps = await listSealedApps(deps.db)
      return {
        secrets: apps.map((app) => deps.box.open(app.sealedSecret)),
        tokens: apps.map((app) => deps.box.open(app.sealedVerifyToken)),
      }
    })
  return {
    cloudApiOf: (shopId) =>
      kept(`whatsapp:${shopId}`, async () => {
        const credentials = await findCredentials(deps.db, deps.box, shopId, 'whatsapp')
        if (credentials === undefined) throw notConnected('WhatsApp', 'WHATSAPP_')
        const { accessToken } = credentials
        const { version } = deps.graph
        // Messages have connections of their own: their pace is that of the moment at which they leave.
        const sending = createCloudApi({ http: sendingHttp, accessToken, version })
        return {
          ...createCloudApi({ http: graphHttp, accessToken, version }),
          send: (phoneNumberId, message) => sending.send(phoneNumberId, message),
        }
      }),
    wooClientOf: (shopId) =>
      kept(`woocommerce:${shopId}`, async () => {
        const credentials = await findCredentials(deps.db, deps.box, shopId, 'woocommerce')
        if (credentials === undefined) throw notConnected('WooCommerce', 'WOOCOMMERCE_')
        const { storeUrl } = credentials
        return createWooClient({ ...deps, http: shopHttp, storeUrl, credentials, pause: (ms) => delay(ms) })
      }),
    appSecrets: async () => (await secrets()).secrets,
    verifyTokens: async () => (await secrets()).tokens,
    findWooShop: (key) =>
      kept(`shop:${key}`, async () => {
        const shop = await findShopByKey(deps.db, key)
        if (shop === undefined) return undefined
        const webhook = await findCredentials(deps.db, deps.box, shop.id, 'woocommerce_webhook')
        return { id: shop.id, wooSecret: webhook?.secret ?? null }
      }),
    forget: () => kept.clear(),
    close: () => {
      graphHttp.close()
      sendingHttp.close()
      shopHttp.close()
    },
  }
}

function notConnected(what: string, prefix: string): HubError {
  return new HubError('not_connected', `${what} is not connected to this shop.`, {
    advice: `Set the ${prefix} variables (.env.example explains each one) and start again.`,
  })
}

interface Kept {
  <T>(key: string, load: () => Promise<T>): Promise<T>
  clear(): void
}

// Changed credentials are noticed by every process within seconds, without a look at the database for each webhook.
function createKept(): Kept {
  const entries = new Map<string, { value: Promise<unknown>; untilMs: number }>()
  const kept = <T>(key: string, load: () => Promise<T>): Promise<T> => {
    const found = entries.get(key)
    if (found !== undefined && found.untilMs > monotonicMs()) return found.value as Promise<T>
    const value = load()
    // Made-up shop keys in paths must not fill the memory.
    if (entries.size > 1_000) entries.clear()
    entries.set(key, { value, untilMs: monotonicMs() + keptMs })
    value.catch(() => entries.delete(key))
    return value
  }
  return Object.assign(kept, { clear: () => entries.clear() })
}
