import { parseDelivery } from '../connectors/woocommerce/parse-delivery.ts'
import { parseOrder } from '../connectors/woocommerce/woo-order.ts'
import { readWooEvent } from '../intake/event-payload.ts'
import { done, ignored, type HandleEvent } from '../intake/inbox-event.ts'
import { applyOrderDeletion, applyOrderVersion, type OrderDeps } from './apply-order-version.ts'

/** Handles WooCommerce's order topics. */
export function createOrderHandler(deps: OrderDeps): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const { topic, body } = readWooEvent(event.payload)
    const delivery = parseDelivery(topic, body)
    if (delivery.kind === 'odd') return ignored(delivery.reason)
    if (delivery.kind === 'deleted') {
      const gone = { shopId: event.shopId, wcId: delivery.wcId, now: event.receivedAt }
      return (await applyOrderDeletion(tx, gone)) ? done : ignored('unknown_order')
    }
    const parsed = parseOrder(delivery.value)
    if (parsed.kind === 'odd') return ignored(parsed.reason)
    const applied = await applyOrderVersion(tx, deps, event.shopId, {
      order: parsed.order,
      now: event.receivedAt,
    })
    return applied.kind === 'applied' ? done : ignored('stale')
  }
}
