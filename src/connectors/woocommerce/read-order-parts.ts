import { parseMinor } from '../../platform/money.ts'
import { asFields, readId, readList, readOptionalText, readText } from './read-fields.ts'

/** As an order names it: without a date and without items. */
export interface WooRefund {
  wcRefundId: number
  /** With tax and shipping; positive. */
  totalMinor: number
}

const mostCodes = 20

/** Each once, lower case, as WooCommerce compares them. */
export function readCouponCodes(couponLines: unknown): string[] {
  const codes = readList(couponLines).flatMap((line) => readOptionalText(asFields(line)?.code) ?? [])
  return [...new Set(codes.map((code) => code.toLowerCase()))].slice(0, mostCodes)
}

/** Each once; `total` is negative there ("-5.00"). */
export function readRefunds(refunds: unknown, currency: string): WooRefund[] {
  const read = readList(refunds).flatMap((value) => {
    const fields = asFields(value)
    const wcRefundId = readId(fields?.id)
    const totalMinor = Math.abs(parseMinor(readText(fields?.total), currency) ?? 0)
    return wcRefundId === undefined || totalMinor === 0 ? [] : [{ wcRefundId, totalMinor }]
  })
  return [...new Map(read.map((refund) => [refund.wcRefundId, refund])).values()].sort(
    (a, b) => a.wcRefundId - b.wcRefundId,
  )
}

const attribution = '_wc_order_attribution_'
const tokenShape = /^[\w-]{16,40}$/

/**
 * Our link's token comes back in `utm_content`: WooCommerce's order attribution (8.5 and newer) has kept this field from its first version
 * on, while `utm_id` came later and `utm_term` is what advertising tools write over. Else in the address at which the visit began.
 */
export function readLinkToken(metaData: unknown): string | null {
  const meta = new Map(
    readList(metaData).map((entry) => {
      const fields = asFields(entry)
      return [readText(fields?.key), readText(fields?.value).trim()]
    }),
  )
  const content = meta.get(`${attribution}utm_content`) ?? ''
  if (tokenShape.test(content)) return content
  const entry = meta.get(`${attribution}session_entry`) ?? ''
  const inEntry = URL.canParse(entry) ? (new URL(entry).searchParams.get('utm_content') ?? '') : ''
  return tokenShape.test(inEntry) ? inEntry : null
}
