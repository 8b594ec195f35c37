import type { IncomingHttpHeaders } from 'node:http'
import type { WooHeaders } from './delivery.ts'

const longestPing = 64

/** What WooCommerce sends for a new webhook: a form with the webhook's id, neither signed nor marked as a webhook in any way. */
export function isPing(headers: IncomingHttpHeaders, body: Buffer): boolean {
  if (body.length > longestPing || !/^webhook_id=\d+$/.test(body.toString('latin1'))) return false
  return !Object.keys(headers).some((name) => name.startsWith('x-wc-'))
}

export function readWooHeaders(headers: IncomingHttpHeaders): WooHeaders {
  const read = (name: string): string => String(headers[`x-wc-webhook-${name}`] ?? '')
  return {
    topic: read('topic'),
    webhookId: read('id'),
    deliveryId: read('delivery-id'),
    source: read('source'),
  }
}
