import { expect, test } from 'vitest'
import { rereadProducts } from '../../src/catalog/reread-products.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database, Tx } from '../../src/platform/database.ts'
import { createSmallShop, type ShopAnswer, type SmallShop } from '../connectors/woocommerce/small-shop.ts'
import {
  createCatalogWorld,
  minute,
  wooParent,
  wooProduct,
  wooVariation,
  type CatalogWorld,
} from './catalog-world.ts'

const now = { status: 'publish', date_modified_gmt: '2026-03-02T12:30:00', price: '9.90' }
const simple = (id: number): object => ({ id, type: 'simple', ...now })
const invalidId = { code: 'woocommerce_rest_product_invalid_id', message: 'Invalid ID.' }

interface Shelf extends AsyncDisposable {
  world: CatalogWorld
  shop: SmallShop
  clock: MovableClock
  reread(wcIds: readonly number[]): Promise<number[]>
  prices(): Promise<Record<string, number>>
  /** How many statements its transactions have run. */
  statements(): number
  heard(): Promise<unknown[]>
}

/** The catalogue of one shop, of which the shop answers as told: by what is asked for below `products`. */
async function openShelf(
  products: Parameters<CatalogWorld['apply']>[0][],
  answer: (path: string, include: number[]) => ShopAnswer,
): Promise<Shelf> {
  const world = await createCatalogWorld()
  for (const product of products) await world.apply(product)
  await world.db.execute('update products set checked_at = $1', [minute(0)])
  const clock = createStandingClock(minute(40))
  const shop = await createSmallShop(({ path, query }) =>
    answer(
      path.replace('/wp-json/wc/v3/', ''),
      (query.get('include') ?? '').split(',').filter(Boolean).map(Number),
    ),
  )
  let statements = 0
  const db: Database = Object.create(world.db, {
    transaction: {
      value: (work: (tx: Tx) => Promise<unknown>) =>
        world.db.transaction((tx) => work(counting(tx, () => statements++))),
    },
  }) as Database
  const deps = { ...world.deps, db, clock, wooClientOf: async () => shop.client }
  return {
    world,
    shop,
    clock,
    reread: async (wcIds) => {
      const rows = await world.db.query<{ id: number; wcId: number }>('select id, wc_id from products')
      const known = new Map(rows.map((row) => [row.id, row.wcId]))
      const ids = rows.filter((row) => wcIds.includes(row.wcId)).map((row) => row.id)
      const read = await rereadProducts(deps, world.shop, ids)
      return [...read].map((id) => known.get(id) ?? 0).sort((one, other) => one - other)
    },
    prices: async () => {
      const rows = await world.db.query<{ wcId: number; priceMinor: number }>(
        'select wc_id, price_minor from products order by wc_id',
      )
      return Object.fromEntries(rows.map((row) => [row.wcId, row.priceMinor]))
    },
    statements: () => statements,
    heard: () =>
      world.db.query('select checked_at, modified_at, count(*)::int as products from products group by 1, 2'),
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

function counting(tx: Tx, count: () => void): Tx {
  return {
    ...tx,
    query: (text, values) => (count(), tx.query(text, values)),
    execute: (text, values) => (count(), tx.execute(text, values)),
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, at) => at + 1)
const listOf = (_path: string, include: number[]): ShopAnswer => ({ body: include.map(simple) })

test('a hundred products are one call, and no more than two calls are under way', async () => {
  await using shelf = await openShelf(
    range(250).map((wcId) => wooProduct({ wcId })),
    listOf,
  )
  expect(await shelf.reread(range(250))).toEqual(range(250))
  expect(shelf.shop.calls.map((call) => call.query.get('include')?.split(',').length)).toEqual([100, 100, 50])
  expect(shelf.shop.calls.every((call) => call.query.get('per_page') === '100')).toBe(true)
  expect(shelf.shop.busiest()).toBeLessThanOrEqual(2)
  expect(new Set(Object.values(await shelf.prices()))).toEqual(new Set([990]))
})

test('what was heard from the shop within the last minute is not asked for again', async () => {
  await using shelf = await openShelf([wooProduct({ wcId: 1 }), wooProduct({ wcId: 2 })], listOf)
  expect(await shelf.reread([1])).toEqual([1])
  shelf.clock.advance(60_000)
  expect(await shelf.reread([1, 2])).toEqual([1, 2])
  expect(shelf.shop.calls.map((call) => call.query.get('include'))).toEqual(['1', '2'])
  shelf.clock.advance(1)
  expect(await shelf.reread([1])).toEqual([1])
  expect(shelf.shop.calls).toHaveLength(3)
})

test('variations are read through their parents, and their parents with them', async () => {
  await using shelf = await openShelf(
    [
      wooParent({ wcId: 10 }),
      wooVariation({ wcId: 11, parentWcId: 10 }),
      wooVariation({ wcId: 12, parentWcId: 10 }),
      wooProduct({ wcId: 20 }),
    ],
    (path, include) =>
      path === 'products'
        ? {
            body: include.map((id) => ({ ...simple(id), ...(id === 10 ? { type: 'variable' } : {}) })),
          }
        : { body: include.map((id) => ({ id, ...now })) },
  )
  expect(await shelf.reread([11, 12, 20])).toEqual([11, 12, 20])
  expect(shelf.shop.calls.map((call) => [call.path.slice(15), call.query.get('include')])).toEqual([
    ['products', '10,20'],
    ['products/10/variations', '11,12'],
  ])
  expect(await shelf.prices()).toEqual({ 10: 990, 11: 990, 12: 990, 20: 990 })
})

test('what a listing leaves out is in the trash or gone, and is told apart', async () => {
  await using shelf = await openShelf(
    range(3).map((wcId) => wooProduct({ wcId })),
    (path) => {
      if (path === 'products') return { body: [simple(1)] }
      return path === 'products/2'
        ? { body: { ...simple(2), status: 'trash' } }
        : { status: 404, body: invalidId }
    },
  )
  expect(await shelf.reread([1, 2, 3])).toEqual([1, 2, 3])
  expect(shelf.shop.calls).toHaveLength(3)
  // Known as gone, and not asked for again.
  expect(await shelf.reread([1, 2, 3])).toEqual([1, 2, 3])
  expect(shelf.shop.calls).toHaveLength(3)
})

test('a shop that stops answering is left alone, and only what it has answered is known', async () => {
  let answered = 0
  await using shelf = await openShelf(
    range(500).map((wcId) => wooProduct({ wcId })),
    (path, include) => (answered++ < 2 ? listOf(path, include) : { status: 500, text: 'error' }),
  )
  const read = await shelf.reread(range(500))
  expect(read).toEqual(range(200))
  // Two were under way when it failed, each tried three times.
  expect(shelf.shop.calls.length).toBeLessThanOrEqual(2 + 2 * 3)
})

test('an item that cannot be understood is not known, the others are', async () => {
  await using shelf = await openShelf(
    range(2).map((wcId) => wooProduct({ wcId })),
    () => ({ body: [simple(1), { ...simple(2), price: 'free' }] }),
  )
  expect(await shelf.reread([1, 2])).toEqual([1])
  expect(await shelf.prices()).toEqual({ 1: 990, 2: 1290 })
})

test('products that are as they were known are settled together, and only those that are not one by one', async () => {
  const asKnown = { ...now, date_created_gmt: '2026-03-02T12:00:00', price: '12.90', regular_price: '12.90' }
  await using shelf = await openShelf(
    range(100).map((wcId) => wooProduct({ wcId })),
    (_path, include) => ({
      body: include.map((id) => ({
        id,
        type: 'simple',
        name: `Product ${id}`,
        ...asKnown,
        ...(id === 50 ? { price: '9.90' } : {}),
        manage_stock: true,
        stock_quantity: 5,
      })),
    }),
  )
  const before = shelf.statements()
  expect(await shelf.reread(range(100))).toEqual(range(100))
  expect(shelf.statements() - before).toBeLessThan(20)
  const prices = await shelf.prices()
  expect([prices[49], prices[50]]).toEqual([1290, 990])
  expect(await shelf.heard()).toEqual([{ checkedAt: minute(40), modifiedAt: minute(30), products: 100 }])
})

test('what the shop has and charges now is what counts, and is on record as read', async () => {
  await using shelf = await openShelf([wooProduct({ wcId: 1 })], (_path, include) => ({
    body: include.map((id) => ({
      ...simple(id),
      manage_stock: true,
      stock_quantity: 0,
      stock_status: 'outofstock',
    })),
  }))
  await shelf.reread([1])
  expect(await shelf.world.product(1)).toMatchObject({ priceMinor: 990, isInStock: false, isSellable: false })
  expect(await shelf.world.db.query('select source, at, seen_at from stock_events')).toEqual([
    { source: 'reread', at: minute(30), seenAt: minute(40) },
  ])
})

test('a variation whose parent was taken off sale is not sold, though nobody said so', async () => {
  await using shelf = await openShelf(
    [wooParent({ wcId: 10 }), wooVariation({ wcId: 11, parentWcId: 10 })],
    (path) =>
      path === 'products'
        ? { body: [{ ...simple(10), type: 'variable', status: 'draft' }] }
        : { body: [{ id: 11, ...now, stock_status: 'instock' }] },
  )
  expect(await shelf.reread([11])).toEqual([11])
  expect(await shelf.world.product(11)).toMatchObject({ priceMinor: 990, isSellable: false })
})
