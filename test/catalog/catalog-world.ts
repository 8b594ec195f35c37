import { pino } from 'pino'
import { applyProductVersion, type ApplyDeps, type Applied } from '../../src/catalog/apply-product-version.ts'
import { findProductByWcId } from '../../src/catalog/product-store.ts'
import type { Product } from '../../src/catalog/product.ts'
import type { WooProduct } from '../../src/connectors/woocommerce/woo-product.ts'
import { forgetSeenPrices } from '../../src/people/forget-seen-prices.ts'
import type { Database } from '../../src/platform/database.ts'
import { toDecimal } from '../../src/platform/money.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertShop, someMonday } from '../support/rows.ts'

/** Minutes after the Monday on which these tests play, as the shop's clock shows them. */
export const minute = (minutes: number): Date => new Date(someMonday.getTime() + minutes * 60_000)

export interface CatalogWorld extends AsyncDisposable {
  db: Database
  shop: { id: number; currency: string }
  deps: ApplyDeps
  woken: string[]
  apply(product: WooProduct, source?: 'webhook' | 'reread'): Promise<Applied>
  product(wcId: number): Promise<Product>
  /** Spells in stock, by the shop's id of the item. */
  cycles(): Promise<
    { wcId: number; outSince: Date | null; openedAt: Date; closedAt: Date | null; cause: string }[]
  >
}

export async function createCatalogWorld(): Promise<CatalogWorld> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  const shop = { id: shopId, currency: 'EUR' }
  const woken: string[] = []
  const deps: ApplyDeps = {
    log: pino({ level: 'silent' }),
    wake: (lane) => woken.push(lane),
    findStockCause: async () => 'unknown',
    backorderIsInStock: async () => false,
    forgetSeenPrices,
  }
  return {
    db,
    shop,
    deps,
    woken,
    apply: (product, source = 'webhook') =>
      db.transaction((tx) =>
        applyProductVersion(tx, deps, shop, { product, meta: { source, seenAt: minute(600) } }),
      ),
    product: async (wcId) => {
      const product = await findProductByWcId(db, shopId, wcId)
      if (product === undefined) throw new Error(`no product ${wcId}`)
      return product
    },
    cycles: () =>
      db.query(
        `select p.wc_id, c.out_since, c.opened_at, c.closed_at, c.cause from stock_cycles c
         join products p on p.id = c.product_id order by c.opened_at, p.wc_id`,
      ),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

/** A simple product with five in stock for 12.90. */
export function wooProduct(overrides: Partial<WooProduct> & { wcId: number }): WooProduct {
  const { priceMinor = 1290, currency = 'EUR' } = overrides
  return {
    kind: 'simple',
    parentWcId: null,
    status: 'publish',
    isVisible: true,
    name: `Product ${overrides.wcId}`,
    sku: null,
    translationGroup: null,
    permalink: null,
    imageUrl: null,
    description: null,
    attributes: [],
    categoryIds: [],
    currency: 'EUR',
    priceMinor: 1290,
    regularPriceMinor: 1290,
    salePriceMinor: null,
    priceEntered: priceMinor === null ? null : toDecimal(priceMinor, currency),
    shownPrice: { kind: 'unsaid' },
    saleFrom: null,
    saleTo: null,
    stockManagedBy: 'own',
    stockQuantity: 5,
    stockStatus: 'instock',
    minQuantity: 1,
    lowStockAmount: null,
    createdAt: someMonday,
    modifiedAt: someMonday,
    ...overrides,
  }
}

export const soldOut = { stockQuantity: 0, stockStatus: 'outofstock' }

/** A variable product that keeps no stock of its own. */
export const wooParent = (overrides: Partial<WooProduct> & { wcId: number }): WooProduct =>
  wooProduct({ kind: 'variable', stockManagedBy: 'none', stockQuantity: null, name: 'Hoodie', ...overrides })

export const wooVariation = (
  overrides: Partial<WooProduct> & { wcId: number; parentWcId: number },
): WooProduct =>
  wooProduct({ kind: 'variation', attributes: [{ name: 'Size', option: 'S' }], name: 'S', ...overrides })
