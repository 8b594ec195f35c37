import type { Random } from '../../platform/random.ts'
import { createOrder } from '../shop/order-changes.ts'
import type { Customer, OrderStatus, Product, ShopRequest } from '../shop/shop-state.ts'

const orderCount = 320
const dayMs = 24 * 60 * 60 * 1000

/** The orders of the year before, most of them done; the stock as it stands has them in it already. */
export function seedOrders(request: ShopRequest, random: Random): void {
  const customers = request.state.customers.all()
  const items = request.state.products
    .all()
    .filter(({ type, status }) => type !== 'variable' && status === 'publish')
  const nowMs = request.clock.now().getTime()
  // The last three days are left empty, so that nobody has bought only just now.
  const times = Array.from(
    { length: orderCount },
    () => nowMs - (3 + random.below(360)) * dayMs - random.below(dayMs),
  )
  for (const atMs of times.sort((one, other) => one - other)) {
    const customer = customers[random.below(customers.length)]
    if (customer !== undefined)
      addOrder(request, { customer, items, random, createdMs: Math.floor(atMs / 1000) * 1000 })
  }
}

function addOrder(
  request: ShopRequest,
  {
    customer,
    items,
    random,
    createdMs,
  }: { customer: Customer; items: readonly Product[]; random: Random; createdMs: number },
): void {
  const bought = Array.from({ length: 1 + random.below(3) }, () => items[random.below(items.length)]).filter(
    (one) => one !== undefined,
  )
  const order = createOrder(request, {
    status: statusBy(random),
    // One in eight orders as a guest, with the same phone.
    customerId: random.below(8) === 0 ? 0 : customer.id,
    billing: customer.billing,
    shipping: customer.shipping,
    items: bought.map((item) => ({
      productId: item.type === 'variation' ? item.parentId : item.id,
      variationId: item.type === 'variation' ? item.id : 0,
      quantity: 1 + random.below(2),
    })),
    couponCodes: [],
    paymentMethod: 'cod',
    paymentMethodTitle: 'Cash on delivery',
    createdVia: 'checkout',
    customerNote: '',
    meta: [],
    isPaid: false,
    createdMs,
  })
  // The seeded stock is what these have left over: a cancelled one can put its pieces back, none takes them again.
  if (order.status !== 'completed') return
  const lines = order.lines.map((line) => ({ ...line, reducedStock: line.quantity }))
  request.state.orders.put(order.id, { ...order, lines })
}

function statusBy(random: Random): OrderStatus {
  const roll = random.below(100)
  if (roll < 88) return 'completed'
  return roll < 94 ? 'refunded' : roll < 97 ? 'cancelled' : 'failed'
}
