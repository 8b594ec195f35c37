import { asFields, asList, toText } from '../read-values.ts'
import { listItems, type ListRules } from './list-items.ts'
import { toMinor } from './money.ts'
import { changeOrder, createOrder, refundOrder, settleStock } from './order-changes.ts'
import { mergeMeta, type Given } from './product-changes.ts'
import { renderOrder, renderRefund } from './render-order.ts'
import { alreadyTrashed, invalidId, noRoute, RestError } from './rest-error.ts'
import { readBoolean, toList } from './rest-params.ts'
import { ownId, toBodies, type RestResource } from './rest-resource.ts'
import {
  nowSecondMs,
  type Address,
  type Order,
  type OrderStatus,
  type ShopDeps,
  type ShopRequest,
} from './shop-state.ts'

const statuses = ['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed']

const rules: ListRules<Order> = {
  orderBys: { modified: ({ modifiedMs }) => modifiedMs, title: ({ id }) => id, slug: ({ id }) => id },
  defaultOrderBy: 'date',
  defaultOrder: 'desc',
  schema: {
    status: { type: 'enum', values: ['any', 'trash', ...statuses] },
    customer: { type: 'integer' },
    product: { type: 'integer' },
  },
  keeps: (order, query) => {
    const wanted = toList(query.status ?? 'any').map(String)
    return (
      (wanted.includes('any') ? order.status !== 'trash' : wanted.includes(order.status)) &&
      (query.customer === undefined || Number(query.customer) === order.customerId) &&
      (query.product === undefined ||
        order.lines.some(({ productId }) => productId === Number(query.product))) &&
      (typeof query.search !== 'string' ||
        Object.values(order.billing).some((text) => String(text).includes(String(query.search))))
    )
  },
}

export const orders: RestResource = {
  path: 'orders',
  schema: {
    status: { type: 'enum', values: [...statuses, 'checkout-draft'] },
    customer_id: { type: 'integer' },
    billing: { type: 'object' },
    shipping: { type: 'object' },
    line_items: { type: 'array' },
    coupon_lines: { type: 'array' },
    meta_data: { type: 'array' },
    set_paid: { type: 'boolean' },
  },
  list: (deps, _above, query) =>
    toBodies(listItems(deps.state.orders.all(), query, deps.site.timeZone, rules), (order) =>
      renderOrder(deps, order),
    ),
  find: (deps, at) => renderOrder(deps, loadOrder(deps, at, 404)),
  create: (request, _above, given) => {
    const order = createOrder(request, readNewOrder(given))
    request.fire('order.created', order.id)
    request.fire('order.updated', order.id)
    return renderOrder(request, settleStock(request, order.id))
  },
  update: (request, at, given) => {
    const order = loadOrder(request, at, 400)
    return renderOrder(request, changeOrder(request, order.id, readChange(request, order, given)))
  },
  remove: (request, at, isForced) => {
    const order = loadOrder(request, at, 404)
    const body = renderOrder(request, order)
    if (isForced) request.state.orders.remove(order.id)
    else if (order.status === 'trash') throw alreadyTrashed('shop_order')
    else trashOrder(request, order)
    return body
  },
}

export function trashOrder(request: ShopRequest, order: Order): void {
  request.state.orders.put(order.id, {
    ...order,
    status: 'trash',
    statusBeforeTrash: order.status,
    modifiedMs: nowSecondMs(request),
  })
  request.fire('order.deleted', order.id)
}

function loadOrder({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Order {
  const order = state.orders.find(ownId(at))
  if (order === undefined) throw invalidId('order', status)
  return order
}

function readNewOrder(given: Given): Parameters<typeof createOrder>[1] {
  return {
    status: (toText(given.status) || 'pending') as OrderStatus,
    customerId: Number(given.customer_id ?? 0),
    billing: readAddress(given.billing),
    shipping: readAddress(given.shipping),
    items: asList(given.line_items).map((one) => {
      const { product_id, variation_id, quantity } = asFields(one) ?? {}
      return {
        productId: Number(product_id ?? 0),
        variationId: Number(variation_id ?? 0),
        quantity: Number(quantity ?? 1),
      }
    }),
    couponCodes: asList(given.coupon_lines).map((one) => toText(asFields(one)?.code)),
    paymentMethod: toText(given.payment_method),
    paymentMethodTitle: toText(given.payment_method_title),
    createdVia: 'rest-api',
    customerNote: toText(given.customer_note),
    meta: asList(given.meta_data).map((one) => ({
      key: toText(asFields(one)?.key),
      value: asFields(one)?.value,
    })),
    isPaid: readBoolean(given.set_paid),
  }
}

function readChange(request: ShopRequest, order: Order, given: Given): Partial<Order> {
  const isPaid = readBoolean(given.set_paid)
  const status = given.status ?? (isPaid && order.status === 'pending' ? 'processing' : undefined)
  return {
    ...(status === undefined ? {} : { status: toText(status) as OrderStatus }),
    ...(given.billing === undefined ? {} : { billing: { ...order.billing, ...readAddress(given.billing) } }),
    ...(given.shipping === undefined
      ? {}
      : { shipping: { ...order.shipping, ...readAddress(given.shipping) } }),
    ...(given.customer_id === undefined ? {} : { customerId: Number(given.customer_id) }),
    ...(given.customer_note === undefined ? {} : { customerNote: toText(given.customer_note) }),
    ...(given.meta_data === undefined
      ? {}
      : { metaData: mergeMeta(request, order.metaData, given.meta_data) }),
    ...(isPaid ? { paidMs: nowSecondMs(request) } : {}),
  }
}

export function readAddress(value: unknown): Partial<Address> {
  const fields = asFields(value) ?? {}
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, toText(text)]))
}

export const refunds: RestResource = {
  path: 'orders/#/refunds',
  schema: { amount: { type: 'string' }, reason: { type: 'string' }, line_items: { type: 'array' } },
  list: (deps, above, query) => {
    const order = loadRefunded(deps, above)
    const all = order.refunds.map((refund) => ({ ...refund, modifiedMs: null }))
    return toBodies(
      listItems(all, query, deps.site.timeZone, { ...rules, orderBys: {}, schema: {}, keeps: () => true }),
      (refund) => renderRefund(deps, order, refund),
    )
  },
  find: (deps, at) => {
    const order = loadRefunded(deps, at.slice(0, -1))
    const refund = order.refunds.find(({ id }) => id === ownId(at))
    if (refund === undefined)
      throw new RestError(404, 'woocommerce_rest_invalid_order_refund_id', 'Invalid order refund ID.')
    return renderRefund(deps, order, refund)
  },
  create: (request, above, given) => {
    const order = loadRefunded(request, above)
    const amount = toText(given.amount)
    if (toMinor(amount) <= 0)
      throw new RestError(
        400,
        'woocommerce_rest_invalid_order_refund',
        'Refund amount must be greater than zero.',
      )
    const restock = given.restock_items === undefined || readBoolean(given.restock_items)
    // Only lines that are named are put back.
    const refund = refundOrder(request, order.id, {
      amountMinor: toMinor(amount),
      reason: toText(given.reason),
      restock: restock && asList(given.line_items).length > 0,
    })
    return renderRefund(request, order, refund)
  },
  update: () => {
    throw noRoute()
  },
  remove: () => {
    throw noRoute()
  },
}

/** A refund of a missing order is a server error in WooCommerce, with a bare number for its data. */
function loadRefunded({ state }: ShopDeps, above: readonly number[]): Order {
  const order = state.orders.find(ownId(above))
  if (order !== undefined) return order
  throw Object.assign(new RestError(500, 'woocommerce_rest_invalid_order_id', 'Invalid order ID.'), {
    data: 404,
  })
}
