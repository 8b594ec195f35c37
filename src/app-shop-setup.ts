import type { Logger } from 'pino'
import { checkNumbersOfShop } from './app-account.ts'
import type { Connections } from './app-connections.ts'
import { createTemplatesOfShop } from './app-templates.ts'
import { campaignKinds, isCampaignKind, kindOf } from './campaigns/campaign-kinds.ts'
import {
  ensureCampaigns,
  findCampaign,
  saveCampaignSettings,
  switchCampaign,
} from './campaigns/campaign-store.ts'
import { findLatestImport, startImport } from './catalog/import/import-store.ts'
import { createWebhook, listWebhooks, readShopInfo } from './connectors/woocommerce/woo-shop.ts'
import type { TemplateDefinitions } from './outbox/template-definition.ts'
import type { Clock } from './platform/clock.ts'
import type { Database, Tx } from './platform/database.ts'
import { HubError } from './platform/errors.ts'
import { findCredentials, type Box } from './shops/credentials.ts'
import type { Shop } from './shops/shop.ts'
import { nameShop } from './shops/shop-store.ts'

export interface SetupDeps {
  db: Database
  clock: Clock
  box: Box
  connections: Connections
}

export const webhookTopics = [
  'product.created',
  'product.updated',
  'product.deleted',
  'product.restored',
  'order.created',
  'order.updated',
  'order.deleted',
  'customer.created',
  'customer.updated',
]

/** Makes the webhooks that are missing in the shop, with our own secret. Returns the topics it made. */
export async function createMissingWebhooks(
  deps: SetupDeps,
  shop: Shop,
  publicUrl: string,
): Promise<string[]> {
  const client = await deps.connections.wooClientOf(shop.id)
  const webhook = await findCredentials(deps.db, deps.box, shop.id, 'woocommerce_webhook')
  if (webhook === undefined)
    throw new HubError('not_connected', 'The secret of the WooCommerce webhooks is missing.')
  const deliveryUrl = `${publicUrl}/webhooks/woocommerce/${shop.key}`
  const existing = await listWebhooks(client)
  if (!Array.isArray(existing))
    throw new HubError('shop_unavailable', 'The shop did not list its webhooks.', { cause: existing })
  const made: string[] = []
  for (const topic of webhookTopics) {
    if (existing.some((one) => one.topic === topic && one.deliveryUrl === deliveryUrl)) continue
    const answer = await createWebhook(client, { topic, deliveryUrl, secret: webhook.secret })
    if (answer.kind !== 'ok')
      throw new HubError('shop_unavailable', `The shop did not take the webhook ${topic}.`, { cause: answer })
    made.push(topic)
  }
  return made
}

// All are on in the sandbox, but for those that nobody wants unasked; what has no default gets a value that suits the played shop.
async function switchSandboxCampaigns(tx: Tx, shopId: number, now: Date): Promise<void> {
  for (const kind of Object.keys(campaignKinds).filter(isCampaignKind)) {
    if (kindOf(kind).isOptional === true) continue
    const campaign = await findCampaign(tx, shopId, kind)
    if (kind === 'loyalty_reward' && kindOf(kind).findMissing?.(campaign?.settings ?? {}) !== undefined)
      await saveCampaignSettings(tx, shopId, kind, { settings: { minSpentMinor: 15_000 }, now })
    await switchCampaign(tx, shopId, kind, { isOn: true, now })
  }
}

/**
 * What follows once a shop is connected: its campaigns (all on in the sandbox, else off), its name, and the first import unless there was
 * one. In the sandbox also webhooks and templates, which a real account's owner makes with `hub connect`.
 */
export async function setUpShop(
  deps: SetupDeps & {
    log: Logger
    publicUrl: string
    definitions: TemplateDefinitions
    wake: (lane: string) => void
  },
  shop: Shop,
): Promise<void> {
  const now = deps.clock.now()
  await deps.db.transaction((tx) => ensureCampaigns(tx, shop.id, now))
  const unread = await checkNumbersOfShop(deps, shop.id)
  if (unread.length > 0) deps.log.warn({ shopId: shop.id, unread }, 'numbers could not be read from WhatsApp')
  if (shop.storeUrl !== null) {
    const info = await readShopInfo(await deps.connections.wooClientOf(shop.id))
    if ('name' in info && info.name !== '') await nameShop(deps.db, shop.id, info.name, now)
    if ((await findLatestImport(deps.db, shop.id)) === undefined) {
      await deps.db.transaction((tx) => startImport(tx, shop.id, now))
      deps.wake('import')
    }
  }
  if (!shop.isSandbox) return
  await deps.db.transaction((tx) => switchSandboxCampaigns(tx, shop.id, now))
  await createMissingWebhooks(deps, shop, deps.publicUrl)
  await createTemplatesOfShop(deps, shop.id)
}
