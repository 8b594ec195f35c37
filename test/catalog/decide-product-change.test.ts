import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideProductChange,
  type ChangeContext,
  type ProductChange,
} from '../../src/catalog/decide-product-change.ts'
import type { Product } from '../../src/catalog/product.ts'
import type { WooProduct } from '../../src/connectors/woocommerce/woo-product.ts'
import { minute, wooProduct } from './catalog-world.ts'

const context: ChangeContext = {
  parent: null,
  variations: [],
  rules: { backorderIsInStock: false },
  source: 'webhook',
}

const versions = fc.record({
  at: fc.integer({ min: 0, max: 30 }),
  stockQuantity: fc.integer({ min: -2, max: 3 }),
  stockStatus: fc.constantFrom('instock', 'outofstock', 'onbackorder'),
  status: fc.constantFrom('publish', 'draft', 'trash'),
  isVisible: fc.boolean(),
  priceMinor: fc.option(fc.integer({ min: 1, max: 3 })),
})

const toProduct = ({ at, ...fields }: { at: number } & Partial<WooProduct>): WooProduct =>
  wooProduct({ wcId: 1, modifiedAt: minute(at), ...fields })

function afterwards(known: Product | null, change: ProductChange): Product | null {
  return change.kind === 'changed' ? { id: 1, shopId: 1, retailerId: 'wc_1', ...change.fields } : known
}

function run(products: readonly WooProduct[]): { known: Product | null; changes: ProductChange[] } {
  let known: Product | null = null
  const changes: ProductChange[] = []
  for (const product of products) {
    const change = decideProductChange(known, product, context)
    if (change.kind === 'unchanged' && known !== null) known = { ...known, modifiedAt: product.modifiedAt }
    known = afterwards(known, change)
    changes.push(change)
  }
  return { known, changes }
}

describe('any sequence of versions', () => {
  test('each twice changes nothing more than each once', () => {
    fc.assert(
      fc.property(fc.array(versions, { minLength: 1 }), (given) => {
        const products = given.map(toProduct)
        const doubled = run(products.flatMap((product) => [product, product]))
        expect(doubled.known).toEqual(run(products).known)
        expect(doubled.changes.filter((_, at) => at % 2 === 1).map(({ kind }) => kind)).not.toContain(
          'changed',
        )
      }),
    )
  })

  test('the newest is what is held, in whatever order they come', () => {
    const distinct = fc.uniqueArray(versions, { selector: ({ at }) => at, minLength: 1 })
    const shuffled = distinct.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    )
    fc.assert(
      fc.property(shuffled, ([given, order]) => {
        const sorted = [...given].sort((first, second) => first.at - second.at)
        const ignoringHistory = (product: Product | null): unknown => ({
          ...product,
          stockSince: null,
          firstPublishedAt: null,
        })
        expect(ignoringHistory(run(order.map(toProduct)).known)).toEqual(
          ignoringHistory(run(sorted.map(toProduct)).known),
        )
      }),
    )
  })

  test('spells open and close in turn, and only with a change of stock', () => {
    fc.assert(
      fc.property(fc.array(versions, { minLength: 2, maxLength: 12 }), (given) => {
        const products = given.map(toProduct).sort((first, second) => +first.modifiedAt - +second.modifiedAt)
        const { changes } = run(products)
        let previous: boolean | undefined
        for (const change of changes) {
          if (change.kind !== 'changed') continue
          const { isInStock } = change.fields
          const expected =
            previous === undefined || previous === isInStock ? undefined : isInStock ? 'opened' : 'closed'
          expect(change.cycle).toBe(expected)
          if (change.fields.isSellable) {
            expect(change.fields).toMatchObject({ status: 'publish', isVisible: true, isInStock: true })
            expect(change.fields.priceMinor).not.toBeNull()
          }
          previous = isInStock
        }
      }),
    )
  })

  test('stock follows quantity and status alone', () => {
    const stock = fc.record({
      stockManagedBy: fc.constantFrom('own' as const, 'none' as const),
      stockQuantity: fc.integer({ min: -3, max: 6 }),
      minQuantity: fc.integer({ min: 1, max: 3 }),
      stockStatus: fc.constantFrom('instock', 'outofstock', 'onbackorder', 'arriving-soon'),
      status: fc.constantFrom('publish', 'draft'),
    })
    fc.assert(
      fc.property(stock, fc.boolean(), (fields, backorderIsInStock) => {
        const change = decideProductChange(null, wooProduct({ wcId: 1, ...fields }), {
          ...context,
          rules: { backorderIsInStock },
        })
        const hasEnough = fields.stockManagedBy === 'none' || fields.stockQuantity >= fields.minQuantity
        const byStatus: Record<string, boolean> = { instock: hasEnough, onbackorder: backorderIsInStock }
        const expected = byStatus[fields.stockStatus] ?? false
        expect(change).toMatchObject({ kind: 'changed', fields: { isInStock: expected } })
      }),
    )
  })
})
