import { parseDelivery } from '../connectors/woocommerce/parse-delivery.ts'
import { parseProduct } from '../connectors/woocommerce/woo-product.ts'
import { readWooEvent } from '../intake/event-payload.ts'
import { done, ignored, type HandleEvent, type Outcome } from '../intake/inbox-event.ts'
import type { Tx } from '../platform/database.ts'
import { applyProductVersion, markProductGone, type ApplyDeps } from './apply-product-version.ts'
import type { ShopOfCatalog } from './product.ts'

export interface ProductHandlerDeps extends ApplyDeps {
  loadShop: (tx: Tx, shopId: number) => Promise<ShopOfCatalog>
}

/** Handles WooCommerce's product topics, variations among them. */
export function createProductHandler(deps: ProductHandlerDeps): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const { topic, body } = readWooEvent(event.payload)
    const delivery = parseDelivery(topic, body)
    if (delivery.kind === 'odd') return ignored(delivery.reason)
    if (delivery.kind === 'deleted') {
      const gone = await markProductGone(
        tx,
        deps,
        { shopId: event.shopId, wcId: delivery.wcId },
        { status: 'trash', now: event.receivedAt },
      )
      return gone.kind === 'applied'
        ? done
        : ignored(gone.kind === 'unknown' ? 'unknown_product' : 'unchanged')
    }
    const shop = await deps.loadShop(tx, event.shopId)
    const parsed = parseProduct(delivery.value, shop.currency)
    if (parsed.kind === 'odd') return ignored(parsed.reason)
    const meta = { source: 'webhook' as const, seenAt: event.receivedAt }
    return toOutcome(await applyProductVersion(tx, deps, shop, { product: parsed.product, meta }))
  }
}

function toOutcome(applied: { kind: 'applied' | 'unchanged' | 'stale' }): Outcome {
  return applied.kind === 'applied' ? done : ignored(applied.kind)
}
