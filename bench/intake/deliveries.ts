import { createHmac } from 'node:crypto'
import type { Shot } from '../support/load.ts'

export const appSecret = 'bench-app-secret'

export interface Deliveries {
  next: () => Shot
  /** Makes this many beforehand, so that making them takes nothing from a round. */
  stock(count: number): void
}

/** Signed deliveries of one status each, about as large as Meta's, no two alike. */
export function createDeliveries(): Deliveries {
  const stocked: Shot[] = []
  let made = 0
  const make = (): Shot => {
    const id = `wamid.${String(++made).padStart(48, '0')}`
    return { id, request: requestFor(statusBody(id)) }
  }
  return {
    next: () => stocked.pop() ?? make(),
    stock: (count) => {
      while (stocked.length < count) stocked.push(make())
    },
  }
}

function requestFor(body: string): Buffer {
  const signature = createHmac('sha256', appSecret).update(body).digest('hex')
  const head = [
    'POST /webhooks/whatsapp HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    'user-agent: facebookexternalua',
    `x-hub-signature-256: sha256=${signature}`,
    `content-length: ${body.length}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

function statusBody(id: string): string {
  const status = {
    id,
    status: 'delivered',
    timestamp: '1772452800',
    recipient_id: '351910000001',
    recipient_user_id: 'PT.13491208655302741918',
    biz_opaque_callback_data: 'mZ3v1kq8Yw0b5n2R',
    pricing: { billable: true, pricing_model: 'PMP', category: 'marketing', type: 'regular' },
  }
  const metadata = { display_phone_number: '351210000000', phone_number_id: '106540352242922' }
  const value = { messaging_product: 'whatsapp', metadata, statuses: [status] }
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '102290129340398', changes: [{ value, field: 'messages' }] }],
  })
}
