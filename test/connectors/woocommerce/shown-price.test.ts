import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asFields } from '../../../src/connectors/woocommerce/read-fields.ts'
import { readShownPrice, type ShownPrice } from '../../../src/connectors/woocommerce/shown-price.ts'
import { parseMinor, toDecimal } from '../../../src/platform/money.ts'
import {
  plainPriceDisplay,
  shownAmount,
  writePriceHtml,
  type PriceDisplay,
} from '../../../src/sandbox/shop/price-html.ts'
import { hasWooFixtures, readWooFixtures } from './fixtures.ts'
import '../../support/property-seed.ts'

interface Read {
  html: unknown
  price: string
  regular?: string
  currency?: string
  mayBeRange?: boolean
}

function read({ html, price, regular = price, currency = 'EUR', mayBeRange = false }: Read): ShownPrice {
  const entered = {
    priceMinor: parseMinor(price, currency) ?? null,
    regularPriceMinor: parseMinor(regular, currency) ?? null,
  }
  return readShownPrice(html, entered, { currency, mayBeRange })
}

const shown = (priceMinor: number, regularPriceMinor: number | null = priceMinor): ShownPrice => ({
  kind: 'shown',
  priceMinor,
  regularPriceMinor,
})
const amount = (text: string): string =>
  `<span class="woocommerce-Price-amount amount"><bdi>${text}</bdi></span>`

describe.skipIf(!hasWooFixtures)('what a real shop wrote', () => {
  test('is its price: that shop shows prices as they were typed in', () => {
    const products = readWooFixtures()
      .filter(({ topic }) => topic.startsWith('product.'))
      .map(({ body }) => asFields(JSON.parse(body.toString())))
      .filter((product) => typeof product?.price_html === 'string' && product.price_html !== '')
    expect(products.length).toBeGreaterThan(40)
    for (const product of products) {
      const price = String(product?.price)
      const regular = String(product?.regular_price)
      const mayBeRange = product?.type === 'variable'
      const said = read({ html: product?.price_html, price, regular, mayBeRange })
      expect(said).toMatchObject({ kind: 'shown', priceMinor: parseMinor(price, 'EUR') })
      if (!mayBeRange && said.kind === 'shown')
        expect(said.regularPriceMinor).toBe(parseMinor(regular, 'EUR'))
    }
  })
})

const displays = fc.record({
  taxRateBps: fc.constantFrom(0, 500, 550, 700, 1_000, 1_900, 2_000, 2_100, 2_550, 2_700),
  taxDisplay: fc.constantFrom('incl' as const, 'excl' as const),
  suffix: fc.constantFrom('', 'inkl. MwSt.', '19% VAT incl.', `(${amount('999.00')} excl.)`),
  position: fc.constantFrom('left' as const, 'right' as const, 'left_space' as const, 'right_space' as const),
  separators: fc.constantFrom(
    [',', '.'],
    ['.', ','],
    [' ', ','],
    ['&nbsp;', ','],
    ["'", '.'],
    ['’', '.'],
    ['', ','],
  ),
})
const currencies = fc.constantFrom(
  'EUR',
  'USD',
  'BRL',
  'INR',
  'JPY',
  'CHF',
  'SEK',
  'DKK',
  'IDR',
  'AED',
  'KWD',
  'PEN',
)

interface Written {
  display: PriceDisplay
  currency: string
  tag: (entered: number) => { minor: number; amount: number; text: string }
}

/** A shop of some country, and what it makes of a price typed in (in minor units). */
const shops: fc.Arbitrary<Written> = fc
  .record({ display: displays, currency: currencies, pricesIncludeTax: fc.boolean() })
  .map(({ display: { separators, ...rest }, currency, pricesIncludeTax }) => {
    const decimals = toDecimal(0, currency).split('.')[1]?.length ?? 0
    const [thousandSeparator = '', decimalSeparator = ''] = separators
    const display = { ...plainPriceDisplay, ...rest, thousandSeparator, decimalSeparator, decimals }
    return {
      display,
      currency,
      tag: (entered) => {
        const text = toDecimal(entered, currency)
        const exact = shownAmount(text, display, pricesIncludeTax)
        const minor = Math.round(Number(`${exact}e${decimals}`))
        return { minor, amount: minor / 10 ** decimals, text }
      },
    }
  })

describe('in every language, currency and way of showing tax', () => {
  test('the price that is shown is read', () => {
    fc.assert(
      fc.property(shops, fc.integer({ min: 1, max: 99_999_999 }), ({ display, currency, tag }, entered) => {
        const { minor, amount: from, text } = tag(entered)
        const html = writePriceHtml({ from, to: from, regular: null }, display, currency)
        expect(read({ html, price: text, currency })).toEqual(shown(minor))
      }),
      { numRuns: 500 },
    )
  })

  test('a sale is read as what is charged and what was', () => {
    const prices = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 1, max: 9_999_999 }))
    fc.assert(
      fc.property(shops, prices, ({ display, currency, tag }, [one, other]) => {
        fc.pre(one !== other)
        const sale = tag(Math.min(one, other))
        const regular = tag(Math.max(one, other))
        const html = writePriceHtml(
          { from: sale.amount, to: sale.amount, regular: regular.amount },
          display,
          currency,
        )
        expect(read({ html, price: sale.text, regular: regular.text, currency })).toEqual(
          shown(sale.minor, regular.minor),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('of a range it is the lowest', () => {
    fc.assert(
      fc.property(shops, fc.integer({ min: 1, max: 99_999 }), ({ display, currency, tag }, entered) => {
        const low = tag(entered)
        const high = tag(entered * 2 + 100)
        const html = writePriceHtml({ from: low.amount, to: high.amount, regular: null }, display, currency)
        expect(read({ html, price: low.text, regular: '', currency, mayBeRange: true })).toMatchObject({
          kind: 'shown',
          priceMinor: low.minor,
        })
      }),
      { numRuns: 300 },
    )
  })

  test('nothing makes it throw, and nothing is read that tax could not explain', () => {
    const scraps = fc.constantFrom(
      '<del>',
      '</del>',
      '<ins>',
      '</ins>',
      '<small>',
      '<span class="amount">',
      '</span>',
      '12',
      '.',
      ',',
      '90',
      '&#36;',
      ' ',
    )
    const htmls = fc.oneof(
      fc.string(),
      fc.array(scraps, { maxLength: 30 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(htmls, fc.integer({ min: 0, max: 100_000 }), (html, entered) => {
        const said = read({ html, price: toDecimal(entered, 'EUR') })
        if (said.kind !== 'shown') return
        expect(said.priceMinor * 2).toBeGreaterThanOrEqual(entered)
        expect(said.priceMinor).toBeLessThanOrEqual(entered * 2)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('as themes and plugins write it', () => {
  test.each([
    ['an older WooCommerce', `<ins>${amount('&euro;10.00')}</ins>`, '10', 1000],
    ['cents above the line', '12<sup>90</sup> &euro;', '12.90', 1290],
    ['a dash for no cents', amount('12,– €'), '12', 1200],
    ['zeros left out', amount('1.200 €'), '1200', 120_000],
    ['Arabic digits', amount('١٢٫٩٠ د.إ'), '12.90', 1290],
    ['Indian grouping', amount('&#8377;1,23,456.00'), '123456', 12_345_600],
    [
      'the lowest price of thirty days behind a sale',
      `<ins>${amount('9,00 €')}</ins><p>${amount('8,00 €')}</p>`,
      '9',
      900,
    ],
    ['the same twice', amount('9,00 €') + amount('9,00 €'), '9', 900],
    ['more places than the currency has', amount('€1.2345'), '1.2345', 123],
    ['a price of nothing', amount('€0.00'), '0', 0],
  ])('%s', (_, html, price, minor) => {
    expect(read({ html, price })).toMatchObject({ kind: 'shown', priceMinor: minor })
  })

  test.each([
    ['a word', '<span class="amount">Free!</span>', '0', 'no_amount'],
    ['nothing', '', '12.90', 'no_amount'],
    ['two prices', amount('12,00 €') + amount('10,08 €'), '12', 'several_amounts'],
    ['a price per piece of another size', amount('120,00 €'), '12', 'unlike_entered'],
    ['a code in place of a price', 'Call 0800 123456', '12', 'unlike_entered'],
  ])('is not guessed at: %s', (_, html, price, reason) => {
    expect(read({ html, price })).toEqual({ kind: 'unsure', reason })
  })

  test('without any, nothing is said', () => {
    expect(read({ html: undefined, price: '12.90' })).toEqual({ kind: 'unsaid' })
    expect(read({ html: '', price: '' })).toEqual({ kind: 'unsaid' })
  })
})
