import { plainPriceDisplay } from './shop/price-html.ts'
import type { RestFault } from './shop/rest-faults.ts'
import type { RequestDeps } from './shop/run-request.ts'
import { createShopControl, type ShopControl } from './shop/shop-control.ts'
import { openShopState } from './shop/shop-state.ts'
import type { WebhookDelivery } from './shop/woo-webhooks.ts'
import type { openStore } from './store.ts'

export interface ShopStage extends Pick<RequestDeps, 'clock' | 'random' | 'http' | 'pending'> {
  store: ReturnType<typeof openStore>
  /** Of its REST API. */
  key: string
  secret: string
  /** Without /wp-json. */
  url: () => string
  options: {
    timeZone?: string
    currency?: string
    pricesIncludeTax?: boolean
    webhookMode?: 'sync' | 'async'
  }
}

const keptDeliveries = 1_000

/** A WooCommerce shop: what its routes need, what moves it, and what its REST API fails with on demand. */
export function playShop({ store, key, secret, url, options, ...shared }: ShopStage): {
  shopDeps: RequestDeps
  shop: ShopControl
  faults: RestFault[]
} {
  const deliveries: WebhookDelivery[] = []
  let mode = options.webhookMode ?? 'sync'
  const shopDeps: RequestDeps = {
    state: openShopState(store),
    site: {
      name: 'Alfama Roasters',
      url,
      timeZone: options.timeZone ?? 'Europe/Lisbon',
      currency: options.currency ?? 'EUR',
      pricesIncludeTax: options.pricesIncludeTax ?? true,
      priceDisplay: { ...plainPriceDisplay },
      hasCoupons: true,
    },
    ...shared,
    mode: () => mode,
    onDelivered: (delivery) => {
      deliveries.push(delivery)
      if (deliveries.length > keptDeliveries) deliveries.shift()
    },
  }
  shopDeps.state.keys.put(key, { key, secret, permissions: 'read_write' })
  const setMode = (wanted: 'sync' | 'async'): void => {
    mode = wanted
  }
  const faults: RestFault[] = []
  return { shopDeps, shop: createShopControl({ ...shopDeps, deliveries, setMode, faults }), faults }
}
