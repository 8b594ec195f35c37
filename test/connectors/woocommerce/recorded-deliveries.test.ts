import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBody } from '../../../src/connectors/woocommerce/parse-body.ts'
import { parseDelivery } from '../../../src/connectors/woocommerce/parse-delivery.ts'
import { isSignedBy } from '../../../src/connectors/woocommerce/signature.ts'
import { parseCustomer, parseOrder } from '../../../src/connectors/woocommerce/woo-order.ts'
import { parseProduct } from '../../../src/connectors/woocommerce/woo-product.ts'
import { hasWooFixtures, readWooFixtures, wooFixtureSecret } from './fixtures.ts'

const signed = readWooFixtures().filter((delivery) => delivery.topic !== '')

describe.skipIf(!hasWooFixtures)('deliveries of a real shop', () => {
  test('each is signed over its bytes', () => {
    expect(signed).toHaveLength(131)
    for (const { body, signature } of signed) {
      expect(isSignedBy(wooFixtureSecret, body, signature)).toBe(true)
      expect(isSignedBy(wooFixtureSecret, Buffer.concat([body, Buffer.from(' ')]), signature)).toBe(false)
    }
  })

  test('each is understood for what it is', () => {
    const kinds: Record<string, number> = {}
    for (const { topic, body } of signed) {
      const delivery = parseDelivery(topic, body.toString())
      const resource = topic.split('.')[0] ?? ''
      const kind =
        delivery.kind === 'object'
          ? parse(resource, delivery.value).kind
          : delivery.kind === 'odd'
            ? delivery.reason
            : delivery.kind
      kinds[kind] = (kinds[kind] ?? 0) + 1
    }
    expect(kinds).toEqual(expected)
  })

  test('a variation that is stocked by itself is read with its parent, options and price', () => {
    const { body } = signed.find((delivery) => delivery.name === '0020')!
    expect(parseProduct(JSON.parse(body.toString()), 'EUR')).toMatchObject({
      kind: 'product',
      product: {
        wcId: 49,
        kind: 'variation',
        parentWcId: 48,
        sku: 'VAR-02-S-B',
        attributes: [
          { name: 'Size', option: 'S' },
          { name: 'Colour', option: 'Black' },
        ],
        priceMinor: 1700,
        regularPriceMinor: 2400,
        salePriceMinor: 1700,
        priceEntered: '17',
        stockManagedBy: 'own',
        stockQuantity: 0,
        stockStatus: 'outofstock',
        modifiedAt: new Date('2026-11-20T23:52:09Z'),
      },
    })
  })

  test('a guest’s order is read with its lines and what was typed at the checkout', () => {
    const { body } = signed.find((delivery) => delivery.name === '0110')!
    expect(parseOrder(JSON.parse(body.toString()))).toMatchObject({
      kind: 'order',
      order: {
        wcId: 95,
        status: 'on-hold',
        currency: 'EUR',
        totalMinor: 1700,
        itemsMinor: 1700,
        customerWcId: null,
        phone: '+49 151 5551235',
        billingCountry: 'DE',
        lines: [{ productWcId: 48, variationWcId: 50, quantity: 1, totalMinor: 1700, sku: 'VAR-02-S-N' }],
      },
    })
  })
})

const expected = { product: 65, order: 26, customer: 2, deleted: 6, 'error_body:rest_no_route': 32 }

function parse(resource: string, value: unknown): { kind: string } {
  if (resource === 'product') return parseProduct(value, 'EUR')
  return resource === 'order' ? parseOrder(value) : parseCustomer(value)
}

describe('what is no object of its topic', () => {
  test('is told apart, with its reason', () => {
    const reasonOf = (body: string): unknown => parseDelivery('product.updated', body)
    expect(reasonOf('{"code":"rest_no_route","message":"No route"}')).toEqual({
      kind: 'odd',
      reason: 'error_body:rest_no_route',
    })
    expect(reasonOf('<!doctype html><title>Maintenance</title>')).toEqual({
      kind: 'odd',
      reason: 'html_body',
    })
    expect(reasonOf('')).toEqual({ kind: 'odd', reason: 'empty_body' })
    expect(reasonOf('[]')).toEqual({ kind: 'odd', reason: 'not_an_object' })
    expect(reasonOf('{}')).toEqual({ kind: 'odd', reason: 'no_id' })
    expect(parseDelivery('product.deleted', '{"id":7}')).toEqual({ kind: 'deleted', wcId: 7 })
  })

  test('is found behind a byte order mark and PHP’s notices', () => {
    expect(parseBody('\uFEFF{"id":1}')).toEqual({ kind: 'json', value: { id: 1 } })
    const notice = '<br />\n<b>Warning</b>: Undefined array key "x" in [plugin] on line <b>3</b><br />\n'
    expect(parseBody(`${notice}{"id":1}`)).toEqual({ kind: 'json', value: { id: 1 } })
  })

  test('a price that is no number is named, and not taken for none', () => {
    const product = { id: 1, type: 'simple', status: 'publish', date_modified_gmt: '2026-01-01T00:00:00' }
    expect(parseProduct({ ...product, price: '1.234,56' }, 'EUR')).toEqual({
      kind: 'odd',
      reason: 'unreadable_price',
    })
    expect(parseProduct({ ...product, price: '' }, 'EUR')).toMatchObject({ product: { priceMinor: null } })
  })

  test('an unmanaged variation has no quantity, whatever number it reports', () => {
    const variation = {
      id: 2,
      type: 'variation',
      parent_id: 1,
      date_modified_gmt: '2026-01-01T00:00:00',
      manage_stock: false,
      stock_quantity: 0,
      stock_status: 'instock',
    }
    expect(parseProduct(variation, 'EUR')).toMatchObject({
      product: { stockManagedBy: 'none', stockQuantity: null, stockStatus: 'instock' },
    })
  })

  test('nothing makes parsing throw', () => {
    const topics = fc.constantFrom(
      'product.updated',
      'product.deleted',
      'order.created',
      'customer.updated',
      '',
      '.',
    )
    fc.assert(
      fc.property(topics, fc.oneof(fc.string(), fc.json()), (topic, body) => {
        parseDelivery(topic, body)
      }),
    )
    const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom('5', '-1.5', '1e400', ''))
    const values = fc.record(
      {
        id: fc.oneof(fc.constant(1), numbers),
        date_created_gmt: fc.constantFrom('2026-01-01T00:00:00', '0000-00-00T00:00:00', null),
        date_modified_gmt: fc.oneof(fc.constant('2026-01-01T00:00:00'), fc.string()),
        price: fc.oneof(numbers, fc.anything()),
        total: numbers,
        currency: fc.constantFrom('EUR', 'JPY', 'XXXX', 'e€r', 5),
        manage_stock: fc.constantFrom(true, 'parent', null),
        stock_quantity: fc.oneof(numbers, fc.anything()),
        name: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('a\u0000\ud800&#99999999;&#x;')),
        attributes: fc.anything(),
        line_items: fc.array(fc.anything()),
        translations: fc.anything(),
        billing: fc.anything(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(values, fc.anything()), (value) => {
        const { product } = parseProduct(value, 'EUR') as {
          product?: { name: string; stockQuantity: number }
        }
        if (product !== undefined) {
          expect(product.name).not.toMatch(/\u0000|\p{Surrogate}/u)
          expect(Math.abs(product.stockQuantity)).toBeLessThan(2 ** 31)
        }
        parseOrder(value)
        parseCustomer(value)
      }),
      { numRuns: 500 },
    )
  })
})
