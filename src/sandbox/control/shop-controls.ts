import { asFields, asList, toText, type Fields } from '../read-values.ts'
import { Problem } from '../../platform/web.ts'
import type { Checkout } from '../shop/shop-control.ts'
import type { OrderStatus } from '../shop/shop-state.ts'
import type { Control, ControlDeps, Given } from './control.ts'
import { choiceIn, numberIn, optionalTextIn, textIn } from './read-input.ts'

const of = (path: Readonly<Record<string, string>>): string => path.product ?? ''

const orderStatuses = [
  'pending',
  'processing',
  'on-hold',
  'completed',
  'cancelled',
  'refunded',
  'failed',
] as const satisfies OrderStatus[]

/** The shop's merchant and its customers. What changes answers when its webhooks were delivered, unless they are asynchronous. */
export const shopControls: readonly Control[] = [
  { method: 'GET', path: '/products', about: 'Products and variations.', run: ({ shop }) => shop.products() },
  {
    method: 'GET',
    path: '/products/:product',
    about: 'One, by id or SKU.',
    run: ({ shop }, { path }) => shop.product(of(path)),
  },
  {
    method: 'POST',
    path: '/products/:product/stock',
    about: '{"quantity":5}',
    run: ({ shop }, { path, body }) => shop.setStock(of(path), numberIn(body, 'quantity')),
  },
  {
    method: 'POST',
    path: '/products/:product/price',
    about: '{"regular":"12.90"} or {"sale":"9.90"} or both; {"sale":""} ends a sale.',
    run: ({ shop }, { path, body }) => shop.setPrice(of(path), readPrice(body)),
  },
  {
    method: 'POST',
    path: '/products/:product/change',
    about: 'Any fields of the REST interface.',
    run: ({ shop }, { path, body }) => shop.changeProduct(of(path), body),
  },
  {
    method: 'POST',
    path: '/products/:product/trash',
    about: 'Into the trash.',
    run: ({ shop }, { path }) => shop.trash(of(path)),
  },
  {
    method: 'POST',
    path: '/products/:product/restore',
    about: 'Out of it.',
    run: ({ shop }, { path }) => shop.restore(of(path)),
  },
  {
    method: 'POST',
    path: '/products/:product/delete',
    about: 'For good: no webhook tells.',
    run: ({ shop }, { path }) => shop.deleteForever(of(path)),
  },
  { method: 'GET', path: '/customers', about: 'Registered customers.', run: ({ shop }) => shop.customers() },
  {
    method: 'GET',
    path: '/coupons',
    about: 'All coupons, and how often they were used.',
    run: ({ shop }) => shop.coupons(),
  },
  { method: 'GET', path: '/orders', about: 'All orders.', run: ({ shop }) => shop.orders() },
  {
    method: 'POST',
    path: '/orders',
    about:
      '{"customerId":2,"items":[{"product":"CUP-BICA","quantity":1}]} in the storefront; also billing, status, couponCodes, by.',
    run: ({ shop }, { body }) => shop.checkout(readCheckout(body)),
  },
  {
    method: 'POST',
    path: '/orders/:order/status',
    about: '{"status":"cancelled"}',
    run: ({ shop }, { path, body }) =>
      shop.setOrderStatus(orderIdIn(path), choiceIn(body, 'status', orderStatuses)),
  },
  {
    method: 'POST',
    path: '/orders/:order/refund',
    about: 'All of it, its stock put back; {"restock":false} leaves the stock.',
    run: ({ shop }, { path, body }) => shop.refund(orderIdIn(path), { restock: body.restock !== false }),
  },
  {
    method: 'GET',
    path: '/shop-webhooks',
    about: 'The shop’s webhooks with their failures.',
    run: ({ shop }) => shop.webhooks(),
  },
  {
    method: 'GET',
    path: '/shop-webhooks/deliveries',
    about: 'What they have delivered since the start.',
    run: ({ shop }) => shop.deliveries(),
  },
  {
    method: 'POST',
    path: '/shop-webhooks/mode',
    about: '{"mode":"sync"} or "async".',
    run: setMode,
  },
  {
    method: 'POST',
    path: '/shop-webhooks/run-queue',
    about: 'Delivers what asynchronous webhooks have queued.',
    run: async ({ shop }) => ({ delivered: await shop.runQueue() }),
  },
]

function setMode({ shop }: ControlDeps, { body }: Given): { mode: string } {
  shop.setWebhookMode(choiceIn(body, 'mode', ['sync', 'async']))
  return { mode: shop.webhookMode() }
}

function readPrice(body: Fields): { regular?: string; sale?: string } {
  const { sale } = body
  const regular = optionalTextIn(body, 'regular')
  return { ...(regular === undefined ? {} : { regular }), ...(typeof sale === 'string' ? { sale } : {}) }
}

function orderIdIn(path: Readonly<Record<string, string>>): number {
  const id = Number(path.order)
  if (!Number.isInteger(id)) throw new Problem(400, 'invalid_request', 'An order is named by its number')
  return id
}

function readCheckout(body: Fields): Checkout {
  const items = asList(body.items).map((item) => {
    const fields = asFields(item) ?? {}
    return { product: textOrNumberIn(fields, 'product'), quantity: numberIn(fields, 'quantity') }
  })
  if (items.length === 0) throw new Problem(400, 'invalid_request', '"items" must be a list')
  return {
    items,
    ...(body.customerId === undefined ? {} : { customerId: numberIn(body, 'customerId') }),
    ...(body.billing === undefined ? {} : { billing: textsIn(body.billing) }),
    ...(body.status === undefined ? {} : { status: choiceIn(body, 'status', orderStatuses) }),
    ...(body.couponCodes === undefined ? {} : { couponCodes: asList(body.couponCodes).map(toText) }),
    ...(body.by === undefined ? {} : { by: choiceIn(body, 'by', ['classic', 'block']) }),
  }
}

function textOrNumberIn(fields: Fields, name: string): string | number {
  return typeof fields[name] === 'number' ? fields[name] : textIn(fields, name)
}

function textsIn(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asFields(value) ?? {}).map(([name, text]) => [name, toText(text)]))
}
