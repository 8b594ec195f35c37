import { parseBody } from '../connectors/woocommerce/parse-body.ts'
import type { ReceivedDelivery } from './delivery.ts'
import { writeWooEvent } from './event-payload.ts'
import type { Cut } from './new-event.ts'
import { safeKey, sha256 } from './safe-text.ts'

const kinds = new Set(['product', 'order', 'customer', 'coupon'])
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A WooCommerce delivery is one event, whatever its body is: an object of the topic, only an id, or an error object. What has an id
 * is handled in the order of arrival: a deletion says nothing of its time, so only arrival tells it from the restoring after it.
 * Versions that come in the wrong order are told apart by their own time of change when they are applied.
 */
export function cutWooCommerceDelivery(delivery: ReceivedDelivery): Cut {
  const parsed = parseJson(delivery.body)
  if (parsed === undefined) return { kind: 'dead', reason: 'broken_json' }
  const topic = delivery.headers?.topic ?? ''
  const kind = kindOfTopic(topic)
  const resourceId = idOf(parsed.value)
  const key = [
    delivery.shopId,
    delivery.headers?.webhookId,
    delivery.headers?.deliveryId,
    resourceId,
    sha256(delivery.body),
  ]
  const event = {
    deliveryId: delivery.id,
    source: delivery.source,
    shopId: delivery.shopId,
    kind,
    lane:
      resourceId === undefined || kind === 'other' ? null : `${kind}:${delivery.shopId ?? ''}:${resourceId}`,
    sequence: delivery.receivedAt.getTime(),
    // The delivery id alone is shared by all that one webhook sends within a second.
    dedupeKey: safeKey(`w:${key.join(':')}`),
    payload: writeWooEvent({ topic, body: parsed.text }),
    state: 'waiting',
    reason: null,
    receivedAt: delivery.receivedAt,
  } as const
  return { kind: 'events', events: [event] }
}

function parseJson(body: Buffer): { text: string; value: unknown } | undefined {
  try {
    const text = utf8.decode(body)
    const parsed = parseBody(text)
    return parsed.kind === 'json' ? { text, value: parsed.value } : undefined
  } catch {
    return undefined
  }
}

function kindOfTopic(topic: string): string {
  const resource = topic.split('.', 1)[0] ?? ''
  return kinds.has(resource) ? resource : 'other'
}

function idOf(value: unknown): number | undefined {
  const { id } = (value ?? {}) as { id?: unknown }
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined
}
