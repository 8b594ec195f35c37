import { createHash, createHmac } from 'node:crypto'
import type { HttpClient } from '../../platform/http-client.ts'
import { toWireJson } from '../wire-json.ts'
import { toRestBody } from './rest-error.ts'
import { renderResource } from './render-resource.ts'
import {
  nowSecondMs,
  type QueuedDelivery,
  type Resource,
  type ShopDeps,
  type Topic,
  type Webhook,
} from './shop-state.ts'

export const versions = { wooCommerce: '11.0.1', wordPress: '7.0.4' }

/** One delivery that was made, for whoever looks over the shop's shoulder. */
export interface WebhookDelivery {
  webhookId: number
  topic: string
  resourceId: number
  deliveryId: string
  body: string
  /** Null: nobody answered. */
  status: number | null
}

export interface WebhookDeps extends ShopDeps {
  http: HttpClient
  onDelivered: (delivery: WebhookDelivery) => void
}

/**
 * Delivers one event with the object as it is now: a payload that was queued shows a later state, or an error where the object is gone.
 * A synchronous delivery inside a request to another part of WordPress finds no REST routes of WooCommerce, and sends that error.
 */
export async function deliverWebhook(
  deps: WebhookDeps,
  { webhookId, resourceId }: QueuedDelivery,
  hasRestRoutes: boolean,
): Promise<void> {
  const webhook = deps.state.webhooks.find(webhookId)
  if (webhook === undefined) return
  const body = toWireJson(payloadOf(deps, webhook, resourceId, hasRestRoutes))
  const deliveryId = deliveryIdOf(webhook.id, nowSecondMs(deps))
  const status = await post(
    deps,
    webhook,
    {
      ...headersOf(deps, webhook, body, deliveryId),
      'content-type': 'application/json',
    },
    body,
  )
  deps.onDelivered({ webhookId, topic: webhook.topic, resourceId, deliveryId, body, status })
  settle(deps, webhook.id, status)
  // A ping that was never answered 200 is repeated after every delivery.
  if (deps.state.webhooks.find(webhookId)?.isPingPending === true) await pingWebhook(deps, webhookId)
}

function payloadOf(deps: ShopDeps, webhook: Webhook, id: number, hasRestRoutes: boolean): unknown {
  const [resource, event] = webhook.topic.split('.') as [Resource, string]
  if (event === 'deleted') return { id }
  if (!hasRestRoutes) {
    return {
      code: 'rest_no_route',
      message: 'No route was found matching the URL and request method.',
      data: { status: 404 },
    }
  }
  const rendered = renderResource(deps, resource, id)
  return rendered.kind === 'found' ? rendered.body : toRestBody(rendered.error)
}

/** The same for all deliveries of one webhook within a second. */
function deliveryIdOf(webhookId: number, nowMs: number): string {
  return createHash('md5')
    .update(`${webhookId}${nowMs / 1000}`)
    .digest('hex')
}

function headersOf(
  deps: ShopDeps,
  webhook: Webhook,
  body: string,
  deliveryId: string,
): Record<string, string> {
  const [resource = '', event = ''] = webhook.topic.split('.')
  return {
    'x-wc-webhook-source': `${deps.site.url()}/`,
    'x-wc-webhook-topic': webhook.topic,
    'x-wc-webhook-resource': resource,
    'x-wc-webhook-event': event,
    'x-wc-webhook-signature': createHmac('sha256', webhook.secret).update(body).digest('base64'),
    'x-wc-webhook-id': String(webhook.id),
    'x-wc-webhook-delivery-id': deliveryId,
  }
}

async function post(
  deps: WebhookDeps,
  webhook: Webhook,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<number | null> {
  const userAgent = `WooCommerce/${versions.wooCommerce} Hookshot (WordPress/${versions.wordPress})`
  const result = await deps.http.request({
    method: 'POST',
    path: webhook.deliveryUrl,
    headers: { ...headers, 'user-agent': userAgent, accept: '*/*' },
    body: Buffer.from(body),
  })
  return result.kind === 'answered' ? result.status : null
}

/** Success is 200 to 302. The seventh failure in a row disables the webhook, and nothing is ever sent again for the gap. */
function settle(deps: ShopDeps, webhookId: number, status: number | null): void {
  const webhook = deps.state.webhooks.find(webhookId)
  if (webhook === undefined) return
  if (status !== null && status >= 200 && status <= 302) {
    if (webhook.failureCount > 0) deps.state.webhooks.put(webhook.id, { ...webhook, failureCount: 0 })
  } else if (webhook.failureCount > 5) {
    deps.state.webhooks.put(webhook.id, { ...webhook, status: 'disabled' })
  } else {
    deps.state.webhooks.put(webhook.id, { ...webhook, failureCount: webhook.failureCount + 1 })
  }
}

/** Form-encoded, unsigned, without any of WooCommerce's headers. Only an answer of exactly 200 settles it; a failure counts for nothing. */
export async function pingWebhook(deps: WebhookDeps, webhookId: number): Promise<void> {
  const webhook = deps.state.webhooks.find(webhookId)
  if (webhook === undefined) return
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const status = await post(deps, webhook, headers, `webhook_id=${webhook.id}`)
  const current = deps.state.webhooks.find(webhookId)
  if (status === 200 && current !== undefined)
    deps.state.webhooks.put(webhookId, { ...current, isPingPending: false })
}

export function isTopic(topic: string): topic is Topic {
  return /^(product|order|customer|coupon)\.(created|updated|deleted|restored)$/.test(topic)
}
