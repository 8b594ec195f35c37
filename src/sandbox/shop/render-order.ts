import { fromMinor } from './money.ts'
import { linksOf } from './render-links.ts'
import { gmtText, localText } from './shop-dates.ts'
import type { Address, Order, OrderLine, ShopDeps } from './shop-state.ts'

type Body = Record<string, unknown>

export const emptyAddress: Address = {
  first_name: '', last_name: '', company: '', address_1: '', address_2: '', city: '', state: '', postcode: '', country: '', email: '', phone: '',
} // prettier-ignore

export function totalsOf({ lines, coupons }: Pick<Order, 'lines' | 'coupons'>): {
  totalMinor: number
  discountMinor: number
} {
  return {
    totalMinor: lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
    discountMinor: coupons.reduce((sum, { discountMinor }) => sum + discountMinor, 0),
  }
}

export function renderOrder(deps: ShopDeps, order: Order): Body {
  const { totalMinor, discountMinor } = totalsOf(order)
  const zone = deps.site.timeZone
  const needsPayment = ['pending', 'failed'].includes(order.status) && totalMinor > 0
  const { email: _email, ...shipping } = order.shipping
  return {
    id: order.id,
    parent_id: 0,
    status: order.status,
    currency: deps.site.currency,
    version: '11.0.1',
    prices_include_tax: deps.site.pricesIncludeTax,
    date_created: localText(order.createdMs, zone),
    date_modified: localText(order.modifiedMs, zone),
    discount_total: fromMinor(discountMinor),
    discount_tax: '0.00',
    shipping_total: '0.00',
    shipping_tax: '0.00',
    cart_tax: '0.00',
    total: fromMinor(totalMinor),
    total_tax: '0.00',
    customer_id: order.customerId,
    order_key: order.orderKey,
    billing: order.billing,
    shipping,
    payment_method: order.paymentMethod,
    payment_method_title: order.paymentMethodTitle,
    transaction_id: '',
    customer_ip_address: '',
    customer_user_agent: '',
    created_via: order.createdVia,
    customer_note: order.customerNote,
    date_completed: localText(order.completedMs, zone),
    date_paid: localText(order.paidMs, zone),
    cart_hash: '',
    number: String(order.id),
    meta_data: order.metaData,
    line_items: order.lines.map((line) => renderLine(deps, line)),
    tax_lines: [],
    shipping_lines: [],
    fee_lines: [],
    coupon_lines: order.coupons.map(({ id, code, discountMinor: discount }) => ({
      id,
      code,
      discount: fromMinor(discount),
      discount_tax: '0',
      meta_data: [],
    })),
    refunds: order.refunds.map(({ id, reason, amountMinor }) => ({
      id,
      reason,
      total: fromMinor(-amountMinor),
    })),
    payment_url: `${deps.site.url()}/checkout/order-pay/${order.id}/?pay_for_order=true&key=${order.orderKey}`,
    is_editable: ['pending', 'on-hold'].includes(order.status),
    needs_payment: needsPayment,
    needs_processing: true,
    date_created_gmt: gmtText(order.createdMs),
    date_modified_gmt: gmtText(order.modifiedMs),
    date_completed_gmt: gmtText(order.completedMs),
    date_paid_gmt: gmtText(order.paidMs),
    currency_symbol: deps.site.currency === 'EUR' ? '€' : deps.site.currency,
    _links: linksOf(
      deps,
      `orders/${order.id}`,
      order.customerId === 0 ? {} : { customer: `customers/${order.customerId}` },
    ),
  }
}

function renderLine(deps: ShopDeps, line: OrderLine): Body {
  const item = deps.state.products.find(line.variationId === 0 ? line.productId : line.variationId)
  const parent = line.variationId === 0 ? undefined : deps.state.products.find(line.productId)
  return {
    id: line.id,
    name: line.name,
    product_id: line.productId,
    variation_id: line.variationId,
    quantity: line.quantity,
    tax_class: '',
    subtotal: fromMinor(line.subtotalMinor),
    subtotal_tax: '0.00',
    total: fromMinor(line.totalMinor),
    total_tax: '0.00',
    taxes: [],
    meta_data: [...line.meta, ...reducedMeta(line)].map(({ id, key, value }) => ({
      id,
      key,
      value,
      display_key: key,
      display_value: value,
    })),
    sku: item?.sku ?? null,
    global_unique_id: item === undefined ? null : '',
    // Of one piece after discounts: a number, unlike the amounts around it.
    price: line.quantity === 0 ? 0 : line.totalMinor / line.quantity / 100,
    image: { id: '', src: '' },
    parent_name: parent?.name ?? null,
  }
}

function reducedMeta(line: OrderLine): { id: number; key: string; value: string }[] {
  return line.reducedStock === 0
    ? []
    : [{ id: 1_000_000 + line.id, key: '_reduced_stock', value: String(line.reducedStock) }]
}

export function renderRefund(deps: ShopDeps, order: Order, refund: Order['refunds'][number]): Body {
  return {
    id: refund.id,
    parent_id: order.id,
    date_created: localText(refund.createdMs, deps.site.timeZone),
    date_created_gmt: gmtText(refund.createdMs),
    amount: fromMinor(refund.amountMinor),
    reason: refund.reason,
    refunded_by: 1,
    refunded_payment: false,
    meta_data: [],
    line_items: [],
    shipping_lines: [],
    tax_lines: [],
    fee_lines: [],
    _links: linksOf(deps, `orders/${order.id}/refunds/${refund.id}`, { up: `orders/${order.id}` }),
  }
}
