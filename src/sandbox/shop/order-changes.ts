import { countCoupons, loadUsableCoupon } from './coupon-rules.ts'
import { toMinor } from './money.ts'
import { emptyAddress, totalsOf } from './render-order.ts'
import { fullName } from './render-product.ts'
import {
  nowSecondMs,
  type Address,
  type Coupon,
  type Order,
  type OrderLine,
  type OrderStatus,
  type Product,
  type ShopRequest,
} from './shop-state.ts'
import { moveStock } from './stock-rules.ts'

export interface NewOrder {
  status: OrderStatus
  customerId: number
  billing: Partial<Address>
  shipping: Partial<Address>
  items: readonly { productId: number; variationId: number; quantity: number }[]
  couponCodes: readonly string[]
  paymentMethod: string
  paymentMethodTitle: string
  createdVia: Order['createdVia']
  customerNote: string
  meta: readonly { key: string; value: unknown }[]
  isPaid: boolean
  /** For the past orders of a seeded shop. */
  createdMs?: number
}

/**
 * Makes the order and takes its stock; nothing is checked against the stock. Fires nothing but the products' events. Throws RestError
 * for a coupon that cannot be used.
 */
export function createOrder(request: ShopRequest, given: NewOrder): Order {
  const { state } = request
  const id = state.nextId('posts')
  const createdMs = given.createdMs ?? nowSecondMs(request)
  const lines = given.items.map((item) => toLine(request, item))
  const { lines: discounted, coupons } = applyCoupons(request, lines, given)
  const status = given.isPaid && given.status === 'pending' ? 'processing' : given.status
  const order: Order = {
    id,
    status,
    statusBeforeTrash: null,
    customerId: given.customerId,
    orderKey: `wc_order_${request.random.token(10)}`,
    billing: { ...emptyAddress, ...given.billing },
    shipping: { ...emptyAddress, ...given.shipping },
    paymentMethod: given.paymentMethod,
    paymentMethodTitle: given.paymentMethodTitle,
    createdVia: given.createdVia,
    customerNote: given.customerNote,
    lines: discounted,
    coupons,
    refunds: [],
    metaData: given.meta.map(({ key, value }) => ({ id: state.nextId('meta'), key, value })),
    createdMs,
    modifiedMs: createdMs,
    paidMs: given.isPaid || status === 'completed' ? createdMs : null,
    completedMs: status === 'completed' ? createdMs : null,
  }
  if (status !== 'cancelled') countCoupons(request, order, 1)
  return state.orders.put(id, order)
}

function toLine(request: ShopRequest, item: NewOrder['items'][number]): OrderLine {
  const wanted = item.variationId === 0 ? item.productId : item.variationId
  const product = request.state.products.find(wanted)
  const amountMinor = toMinor(product?.price ?? '') * item.quantity
  return {
    id: request.state.nextId('order_items'),
    name: product === undefined ? '' : fullName(request, product),
    productId: product === undefined ? 0 : product.type === 'variation' ? product.parentId : product.id,
    variationId: product?.type === 'variation' ? product.id : 0,
    quantity: item.quantity,
    subtotalMinor: amountMinor,
    totalMinor: amountMinor,
    reducedStock: 0,
    meta: (product?.type === 'variation' ? product.attributes : []).map(({ name, options }) => ({
      id: request.state.nextId('meta'),
      key: name.toLowerCase(),
      value: options[0] ?? '',
    })),
  }
}

function applyCoupons(
  request: ShopRequest,
  lines: readonly OrderLine[],
  { couponCodes, customerId, billing }: NewOrder,
): { lines: readonly OrderLine[]; coupons: Order['coupons'] } {
  const { totalMinor: subtotalMinor } = totalsOf({ lines, coupons: [] })
  const use = { customerId, email: billing.email ?? '', subtotalMinor }
  const usable = couponCodes.map((code) => loadUsableCoupon(request, code, use))
  return usable.reduce<{ lines: readonly OrderLine[]; coupons: Order['coupons'] }>(
    (so, coupon) => {
      const discounted = so.lines.map((line) => ({
        ...line,
        totalMinor: line.totalMinor - discountOf(coupon, line, so.lines),
      }))
      const before = totalsOf({ lines: so.lines, coupons: [] }).totalMinor
      const discountMinor = before - totalsOf({ lines: discounted, coupons: [] }).totalMinor
      const used = { id: request.state.nextId('order_items'), code: coupon.code, discountMinor }
      return { lines: discounted, coupons: [...so.coupons, used] }
    },
    { lines, coupons: [] },
  )
}

function discountOf(coupon: Coupon, line: OrderLine, lines: readonly OrderLine[]): number {
  const amount = Number(coupon.amount)
  if (coupon.discountType === 'percent') return Math.round((line.totalMinor * amount) / 100)
  const { totalMinor } = totalsOf({ lines, coupons: [] })
  const share = totalMinor === 0 ? 0 : line.totalMinor / totalMinor
  return Math.min(line.totalMinor, Math.round(amount * 100 * share))
}

const taking: readonly OrderStatus[] = ['processing', 'completed', 'on-hold']
const givingBack: readonly OrderStatus[] = ['cancelled', 'pending']

/**
 * The stock that follows from an order's status: taken once per line on processing, completed and on-hold, put back on cancelled and
 * pending if it was taken. Failed and refunded move nothing. Called after the order's own events were fired.
 */
export function settleStock(request: ShopRequest, orderId: number): Order {
  const order = loadOrder(request, orderId)
  const lines = order.lines.map((line) => {
    const product = productOf(request, line)
    if (product === undefined) return line
    if (taking.includes(order.status) && line.reducedStock === 0) {
      moveStock(request, product, -line.quantity)
      return { ...line, reducedStock: line.quantity }
    }
    if (givingBack.includes(order.status) && line.reducedStock > 0) {
      moveStock(request, product, line.reducedStock)
      return { ...line, reducedStock: 0 }
    }
    return line
  })
  return request.state.orders.put(order.id, { ...order, lines })
}

function productOf({ state }: ShopRequest, line: OrderLine): Product | undefined {
  return state.products.find(line.variationId === 0 ? line.productId : line.variationId)
}

export function loadOrder({ state }: Pick<ShopRequest, 'state'>, id: number): Order {
  const order = state.orders.find(id)
  if (order === undefined) throw new Error(`There is no order ${id}.`)
  return order
}

/** order.updated, then what it does to the stock, and a customer who has paid for the first time. */
export function changeOrder(request: ShopRequest, id: number, change: Partial<Order>): Order {
  const order = loadOrder(request, id)
  const nowMs = nowSecondMs(request)
  const status = change.status ?? order.status
  const isPaidNow = ['processing', 'completed'].includes(status)
  const changed = request.state.orders.put(id, {
    ...order,
    ...change,
    modifiedMs: nowMs,
    paidMs: order.paidMs ?? change.paidMs ?? (isPaidNow && order.status !== status ? nowMs : null),
    completedMs: status === 'completed' ? (order.completedMs ?? nowMs) : order.completedMs,
  })
  if (status === 'cancelled' && order.status !== 'cancelled') countCoupons(request, changed, -1)
  if (status !== 'cancelled' && order.status === 'cancelled') countCoupons(request, changed, 1)
  request.fire('order.updated', id)
  if (status !== order.status && status === 'completed') noticePayingCustomer(request, order.customerId)
  return settleStock(request, id)
}

export function noticePayingCustomer(request: ShopRequest, customerId: number): void {
  const customer = request.state.customers.find(customerId)
  if (customer === undefined) return
  request.state.customers.put(customerId, { ...customer, isPaying: true, modifiedMs: nowSecondMs(request) })
  request.fire('customer.updated', customerId)
}

export interface NewRefund {
  /** Left out: all that is left. */
  amountMinor?: number
  reason: string
  restock: boolean
}

/** A refund; with restocking, what its lines have taken goes back. Refunded in full, the order is `refunded`. */
export function refundOrder(request: ShopRequest, id: number, given: NewRefund): Order['refunds'][number] {
  const order = loadOrder(request, id)
  const refundedMinor = order.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const left = totalsOf(order).totalMinor - refundedMinor
  const refund = {
    id: request.state.nextId('posts'),
    reason: given.reason,
    amountMinor: given.amountMinor ?? left,
    createdMs: nowSecondMs(request),
  }
  const lines = given.restock ? order.lines.map((line) => restock(request, line)) : order.lines
  const isWhole = refund.amountMinor >= left
  changeOrder(request, id, {
    refunds: [...order.refunds, refund],
    lines,
    ...(isWhole ? { status: 'refunded' as const } : {}),
  })
  return refund
}

function restock(request: ShopRequest, line: OrderLine): OrderLine {
  const product = productOf(request, line)
  if (product === undefined || line.reducedStock === 0) return line
  moveStock(request, product, line.reducedStock)
  return { ...line, reducedStock: 0 }
}
