import { isKnownCurrency, parseMinor } from '../../platform/money.ts'
import { readCouponCodes, readLinkToken, readRefunds, type WooRefund } from './read-order-parts.ts'
import {
  asFields,
  readGmt,
  readHtml,
  readId,
  readList,
  readOptionalText,
  readQuantity,
  readText,
  type Fields,
} from './read-fields.ts'

export interface WooOrder {
  wcId: number
  number: string
  status: string
  currency: string
  totalMinor: number
  /** Items after discounts, without tax and shipping. */
  itemsMinor: number
  customerWcId: number | null
  firstName: string | null
  lastName: string | null
  phone: string | null
  email: string | null
  billingCountry: string | null
  placedAt: Date
  paidAt: Date | null
  modifiedAt: Date
  lines: WooOrderLine[]
  /** Lower case, each once. */
  couponCodes: string[]
  /** What may be the token of one of our links: whoever made it can tell. */
  linkToken: string | null
  refunds: WooRefund[]
}

export interface WooOrderLine {
  wcLineId: number
  productWcId: number
  variationWcId: number | null
  name: string
  sku: string | null
  quantity: number
  totalMinor: number
}

export type ParsedOrder = { kind: 'order'; order: WooOrder } | { kind: 'odd'; reason: string }

/** Never throws. */
export function parseOrder(value: unknown): ParsedOrder {
  const fields = asFields(value)
  if (fields === undefined) return { kind: 'odd', reason: 'not_an_object' }
  const wcId = readId(fields.id)
  const placedAt = readGmt(fields.date_created_gmt)
  const modifiedAt = readGmt(fields.date_modified_gmt) ?? placedAt
  const currency = readText(fields.currency).toUpperCase()
  if (wcId === undefined) return { kind: 'odd', reason: 'no_id' }
  if (placedAt === null || modifiedAt === null) return { kind: 'odd', reason: 'no_date_created_gmt' }
  if (!/^[A-Z]{3}$/.test(currency)) return { kind: 'odd', reason: 'no_currency' }
  if (!isKnownCurrency(currency)) return { kind: 'odd', reason: 'unknown_currency' }
  const totalMinor = parseMinor(readText(fields.total), currency)
  if (totalMinor === undefined) return { kind: 'odd', reason: 'unreadable_total' }
  const lines = readLines(fields.line_items, currency)
  const billing = asFields(fields.billing)
  return {
    kind: 'order',
    order: {
      wcId,
      number: readOptionalText(fields.number) ?? String(wcId),
      status: readOptionalText(fields.status) ?? 'pending',
      currency,
      totalMinor,
      itemsMinor: lines.reduce((sum, line) => sum + line.totalMinor, 0),
      customerWcId: readId(fields.customer_id) ?? null,
      firstName: readOptionalText(billing?.first_name),
      lastName: readOptionalText(billing?.last_name),
      phone: readOptionalText(billing?.phone),
      email: readOptionalText(billing?.email),
      billingCountry: readOptionalText(billing?.country),
      placedAt,
      paidAt: readGmt(fields.date_paid_gmt),
      modifiedAt,
      lines,
      couponCodes: readCouponCodes(fields.coupon_lines),
      linkToken: readLinkToken(fields.meta_data),
      refunds: readRefunds(fields.refunds, currency),
    },
  }
}

// Each once: a line's id is its key.
function readLines(value: unknown, currency: string): WooOrderLine[] {
  const lines = readList(value).flatMap((line) => readLine(asFields(line), currency))
  return [...new Map(lines.map((line) => [line.wcLineId, line])).values()]
}

function readLine(line: Fields | undefined, currency: string): WooOrderLine[] {
  const wcLineId = readId(line?.id)
  if (line === undefined || wcLineId === undefined) return []
  return [
    {
      wcLineId,
      // 0 when the product is gone from the shop.
      productWcId: readId(line.product_id) ?? 0,
      variationWcId: readId(line.variation_id) ?? null,
      name: readHtml(line.name),
      sku: readOptionalText(line.sku),
      quantity: readQuantity(line.quantity) ?? 0,
      totalMinor: parseMinor(readText(line.total), currency) ?? 0,
    },
  ]
}

export interface WooCustomer {
  wcId: number
  email: string | null
  firstName: string | null
  lastName: string | null
  phone: string | null
  country: string | null
}

export type ParsedCustomer = { kind: 'customer'; customer: WooCustomer } | { kind: 'odd'; reason: string }

/** Never throws. */
export function parseCustomer(value: unknown): ParsedCustomer {
  const fields = asFields(value)
  const wcId = readId(fields?.id)
  if (fields === undefined || wcId === undefined) return { kind: 'odd', reason: 'no_id' }
  const billing = asFields(fields.billing)
  return {
    kind: 'customer',
    customer: {
      wcId,
      email: readOptionalText(fields.email) ?? readOptionalText(billing?.email),
      firstName: readOptionalText(fields.first_name) ?? readOptionalText(billing?.first_name),
      lastName: readOptionalText(fields.last_name) ?? readOptionalText(billing?.last_name),
      phone: readOptionalText(billing?.phone),
      country: readOptionalText(billing?.country),
    },
  }
}
