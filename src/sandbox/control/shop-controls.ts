import { asFields, asList, toText, type Fields } from '../read-values.ts'
import { Problem } from '../../platform/web.ts'
import { toMinor } from '../shop/money.ts'
import type { Checkout } from '../shop/shop-control.ts'
import type { OrderStatus } from '../shop/shop-state.ts'
import type { Control, ControlDeps, Given } from './control.ts'
import { choiceIn, numberIn, optionalTextIn, textIn } from './read-input.ts'

const of = (path: Readonly<Record<string, string>>): string => path.product ?? ''

export const orderStatuses = [
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
  {
    method: 'POST',
    path: '/sales/run',
    about: 'Sales that are due begin or end; {"silently":true}: and no webhook tells.',
    run: ({ shop }, { body }) => shop.runDueSales({ isSilent: body.silently === true }),
  },
  {
    method: 'POST',
    path: '/tax',
    about: '{"rateBps":1900,"display":"incl","pricesIncludeTax":false,"suffix":"incl. VAT"}: any of them.',
    run: setTax,
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
    about:
      'What is left of it, its stock put back; {"amount":"5.00"} a part, the stock left; {"restock":false} leaves the stock.',
    run: ({ shop }, { path, body }) => shop.refund(orderIdIn(path), readRefund(body)),
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

function setTax({ shop }: ControlDeps, { body }: Given): void {
  const suffix = optionalTextIn(body, 'suffix')
  shop.setPriceDisplay({
    ...(body.rateBps === undefined ? {} : { taxRateBps: numberIn(body, 'rateBps') }),
    ...(body.display === undefined ? {} : { taxDisplay: choiceIn(body, 'display', ['incl', 'excl']) }),
    ...(typeof body.pricesIncludeTax === 'boolean' ? { pricesIncludeTax: body.pricesIncludeTax } : {}),
    ...(suffix === undefined ? {} : { suffix }),
  })
}

function readPrice(body: Fields): { regular?: string; sale?: string } {
  const { sale } = body
  const regular = optionalTextIn(body, 'regular')
  return { ...(regular === undefined ? {} : { regular }), ...(typeof sale === 'string' ? { sale } : {}) }
}

function readRefund(body: Fields): { amountMinor?: number; restock: boolean } {
  const amount = optionalTextIn(body, 'amount')
  if (amount === undefined) return { restock: body.restock !== false }
  if (toMinor(amount) <= 0) throw new Problem(400, 'invalid_request', '"amount" must be more than nothing')
  return { amountMinor: toMinor(amount), restock: body.restock === true }
}

function orderIdIn(path: Readonly<Record<string, string>>): number {
  const id = Number(path.order)
  if (!Number.isInteger(id)) throw new Problem(400, 'invalid_request', 'An order is named by its number')
  return id
}

export function readOrderedItems(body: Fields): Checkout['items'] {
  const items = asList(body.items).map((item) => {
    const fields = asFields(item) ?? {}
    const quantity = fields.quantity === undefined ? 1 : numberIn(fields, 'quantity')
    return { product: textOrNumberIn(fields, 'product'), quantity }
  })
  if (items.length === 0) throw new Problem(400, 'invalid_request', '"items" must be a list')
  return items
}

function readCheckout(body: Fields): Checkout {
  return {
    items: readOrderedItems(body),
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

export function textsIn(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asFields(value) ?? {}).map(([name, text]) => [name, toText(text)]))
}
