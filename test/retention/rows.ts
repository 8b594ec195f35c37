import { someMonday } from '../support/rows.ts'

// Rows with nothing special about them; each test says what is.

type Row = Record<string, unknown>
let keys = 0

export const view = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  person_id: 1,
  product_id: 1,
  kind: 'view',
  source: 'chat',
  source_key: `key ${keys}`,
  at,
  received_at: at,
  ...more,
})

export const delivery = (shopId: number | null, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  source: shopId === null ? 'whatsapp' : 'woocommerce',
  shop_id: shopId,
  body: '\\x7b7d',
  received_at: at,
  state: 'split',
  ...more,
})

export const event = (shopId: number | null, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  delivery_id: 0,
  source: 'whatsapp',
  shop_id: shopId,
  kind: 'message',
  sequence: 0,
  dedupe_key: `key ${keys}`,
  payload: '{"a":1}',
  state: 'done',
  attempts: 0,
  due_at: at,
  received_at: at,
  ...more,
})

export const message = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  person_id: 1,
  phone_number_id: 1,
  purpose: 'campaign',
  lane: 2,
  state: 'delivered',
  content: { kind: 'text', body: 'hello' },
  callback_id: `callback ${keys}`,
  attempt: 1,
  due_at: at,
  counted_at: at,
  created_at: at,
  ...more,
})

export const inbound = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  person_id: 1,
  phone_number_id: 1,
  wamid: `wamid ${keys}`,
  type: 'text',
  body: 'hello',
  payload: '{}',
  at,
  received_at: at,
  ...more,
})

export const decision = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  campaign_id: 1,
  person_id: 1,
  item_key: 'sku:A',
  occasion: `cycle:${keys}`,
  trigger: 'viewed',
  value: 4,
  rank: 1,
  interest_at: at,
  settings_version: 1,
  reservations: 0,
  state: 'suppressed',
  reason_count: 1,
  expires_at: at,
  considered_at: at,
  updated_at: at,
  ...more,
})

export const alert = (shopId: number, endedAt: Date | null, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  person_id: ++keys,
  product_id: 1,
  kind: 'back_in_stock',
  any_variation: false,
  source: 'chat',
  asked_at: endedAt ?? someMonday,
  expires_at: someMonday,
  ended_at: endedAt,
  ...more,
})

export const stockEvent = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  product_id: 1,
  from_in_stock: false,
  to_in_stock: true,
  cause: 'unknown',
  source: 'webhook',
  at,
  seen_at: at,
  ...more,
})

export const priceEvent = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  product_id: 1,
  from_minor: 200,
  to_minor: 100,
  currency: 'EUR',
  source: 'webhook',
  at,
  seen_at: at,
  ...more,
})

export const click = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  message_id: 1,
  person_id: 1,
  is_robot: false,
  at,
  ...more,
})

export const ledgerEntry = (shopId: number, at: Date, more: Row = {}): Row => ({
  id: ++keys,
  shop_id: shopId,
  order_id: 1,
  message_id: 0,
  candidacy_id: 0,
  campaign_id: 1,
  person_id: 1,
  entry: 'credit',
  how: 'click',
  conversions: 1,
  amount_minor: 100,
  currency: 'EUR',
  at,
  written_at: at,
  ...more,
})
