import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  readCouponCodes,
  readLinkToken,
  readRefunds,
} from '../../../src/connectors/woocommerce/read-order-parts.ts'
import { parseOrder } from '../../../src/connectors/woocommerce/woo-order.ts'
import { createLinkTokens } from '../../../src/outbox/link-token.ts'

const token = createLinkTokens(Buffer.alloc(32, 1)).tokenOf(123_456, 42)
const content = (value: unknown): unknown[] => [{ id: 1, key: '_wc_order_attribution_utm_content', value }]
const entry = (value: unknown): unknown[] => [{ id: 2, key: '_wc_order_attribution_session_entry', value }]

describe('our link’s token comes back with an order', () => {
  test('in utm_content, as WooCommerce’s order attribution keeps it', () => {
    expect(readLinkToken(content(token))).toBe(token)
    expect(readLinkToken(content(` ${token} `))).toBe(token)
  })

  test('else in the address at which the visit began', () => {
    const address = `https://shop.example/product/mug/?utm_source=whatsapp&utm_content=${token}`
    expect(readLinkToken(entry(address))).toBe(token)
    expect(readLinkToken([...content('banner'), ...entry(address)])).toBe(token)
  })

  test.each([
    ['none', undefined],
    ['an object', {}],
    ['another campaign’s', content('spring-sale banner')],
    ['a short one', content('abc')],
    ['a number', content(5)],
    ['a list', content([token])],
    ['an address without', entry('https://shop.example/')],
    ['no address', entry('not an address')],
    ['a field of another name', [{ key: 'utm_content', value: token }]],
  ])('nothing when there is %s', (_, metaData) => {
    expect(readLinkToken(metaData)).toBeNull()
  })
})

test('coupon codes are lower case, each once', () => {
  expect(readCouponCodes([{ code: 'TEN' }, { code: 'ten ' }, { code: '' }, null, 7, { code: 5 }])).toEqual([
    'ten',
    '5',
  ])
  expect(readCouponCodes('ten')).toEqual([])
})

test('refunds are positive amounts, each once, in the order of their ids', () => {
  const refunds = [
    { id: 12, total: '-5.00' },
    { id: 11, total: '-1.5' },
    { id: 12, total: '-5.00' },
    { id: 13, total: '0.00' },
    { id: 14, total: 'some' },
    { total: '-3.00' },
    null,
  ]
  expect(readRefunds(refunds, 'EUR')).toEqual([
    { wcRefundId: 11, totalMinor: 150 },
    { wcRefundId: 12, totalMinor: 500 },
  ])
  expect(readRefunds(refunds, 'JPY')[1]).toEqual({ wcRefundId: 12, totalMinor: 5 })
})

test('an order of anything at all is read without a fault', () => {
  const dates = { date_created_gmt: '2026-01-01T10:00:00', date_modified_gmt: '2026-01-01T10:00:00' }
  fc.assert(
    fc.property(
      fc.record({
        refunds: fc.anything(),
        coupon_lines: fc.anything(),
        meta_data: fc.anything(),
        line_items: fc.anything(),
      }),
      fc.constantFrom('EUR', 'JPY', 'KWD', 'XYZ', 'euro', ''),
      (parts, currency) => {
        const parsed = parseOrder({ id: 5, currency, total: '10.00', ...dates, ...parts })
        expect(['order', 'odd']).toContain(parsed.kind)
        if (parsed.kind === 'odd') expect(['no_currency', 'unknown_currency']).toContain(parsed.reason)
        else expect(parsed.order.refunds.every((refund) => refund.totalMinor > 0)).toBe(true)
      },
    ),
  )
})
