import { expect, test } from 'vitest'
import { createSaleWatch } from '../../src/catalog/watch-sales.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import { createSmallShop, type ShopAnswer, type SmallShop } from '../connectors/woocommerce/small-shop.ts'
import {
  createCatalogWorld,
  minute,
  wooParent,
  wooProduct,
  wooVariation,
  type CatalogWorld,
} from './catalog-world.ts'

interface Watch extends AsyncDisposable {
  world: CatalogWorld
  shop: SmallShop
  clock: MovableClock
  /** Everything that is due at a minute of the Monday; how many were read. */
  at(minutes: number): Promise<number>
  charges(wcId: number, price: string): void
  events(): Promise<{ wcId: number; fromMinor: number; toMinor: number }[]>
}

const sale = { regularPriceMinor: 1290, salePriceMinor: 990, saleFrom: minute(60), saleTo: minute(120) }
const gmt = (minutes: number): string => minute(minutes).toISOString().slice(0, 19)

/** A shop that knows its sale, and charges what it is told to. Everything was last heard from it at minute 0. */
async function watch(
  products: Parameters<CatalogWorld['apply']>[0][],
  isAway = (): boolean => false,
): Promise<Watch> {
  const world = await createCatalogWorld()
  for (const product of products) await world.apply(product)
  await world.db.execute('update products set checked_at = $1', [minute(0)])
  const prices = new Map<number, string>()
  const clock = createStandingClock(minute(0))
  const bodyOf = (id: number): object => ({
    id,
    type: products.find(({ wcId }) => wcId === id)?.kind,
    status: 'publish',
    date_modified_gmt: prices.has(id) ? gmt((clock.now().getTime() - minute(0).getTime()) / 60_000) : gmt(0),
    price: prices.get(id) ?? '12.90',
    regular_price: '12.90',
    sale_price: '9.90',
    date_on_sale_from_gmt: gmt(60),
    date_on_sale_to_gmt: gmt(120),
    manage_stock: true,
    stock_quantity: 5,
  })
  const shop = await createSmallShop(({ query }): ShopAnswer => {
    if (isAway()) return { status: 503, text: 'busy' }
    return { body: (query.get('include') ?? '').split(',').map(Number).map(bodyOf) }
  })
  const look = createSaleWatch({
    ...world.deps,
    db: world.db,
    clock,
    wooClientOf: async () => shop.client,
    loadShop: async () => world.shop,
  })
  return {
    world,
    shop,
    clock,
    at: async (minutes) => {
      clock.set(minute(minutes))
      let total = 0
      for (let read = await look(); read > 0; read = await look()) total += read
      return total
    },
    charges: (wcId, price) => void prices.set(wcId, price),
    events: () =>
      world.db.query(
        'select p.wc_id, e.from_minor, e.to_minor from price_events e join products p on p.id = e.product_id order by e.id',
      ),
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

test('a sale that begins and ends without a word from the shop makes its price events', async () => {
  await using watching = await watch([wooProduct({ wcId: 1, ...sale })])
  expect(await watching.at(59)).toBe(0)
  watching.charges(1, '9.90')
  expect(await watching.at(60)).toBe(1)
  expect(await watching.at(119)).toBe(0)
  watching.charges(1, '12.90')
  expect(await watching.at(120)).toBe(1)
  expect(await watching.at(600)).toBe(0)
  expect(watching.shop.calls).toHaveLength(2)
  expect(await watching.events()).toEqual([
    { wcId: 1, fromMinor: 1290, toMinor: 990 },
    { wcId: 1, fromMinor: 990, toMinor: 1290 },
  ])
})

test('a shop that is behind its own dates is looked at again, each time after twice as long', async () => {
  await using watching = await watch([wooProduct({ wcId: 1, ...sale, saleTo: null })])
  const looks: number[] = []
  for (let minutes = 60; minutes < 60 + 40; minutes++)
    if ((await watching.at(minutes)) > 0) looks.push(minutes - 60)
  expect(looks).toEqual([0, 1, 2, 4, 8, 16, 32])
  expect(await watching.events()).toEqual([])
  watching.charges(1, '9.90')
  expect(await watching.at(60 + 64)).toBe(1)
  expect(await watching.events()).toEqual([{ wcId: 1, fromMinor: 1290, toMinor: 990 }])
  expect(await watching.at(60 + 25 * 60)).toBe(0)
})

test('a webhook that came in time leaves nothing to look at', async () => {
  await using watching = await watch([wooProduct({ wcId: 1, ...sale })])
  await watching.world.apply(wooProduct({ wcId: 1, ...sale, priceMinor: 990, modifiedAt: minute(60) }))
  expect(await watching.at(61)).toBe(0)
  expect(watching.shop.calls).toEqual([])
})

test('variations have sales of their own', async () => {
  await using watching = await watch([
    wooParent({ wcId: 10 }),
    wooVariation({ wcId: 11, parentWcId: 10, ...sale }),
  ])
  watching.charges(11, '9.90')
  expect(await watching.at(60)).toBe(1)
  expect(watching.shop.calls.map(({ path }) => path.slice(15))).toEqual([
    'products',
    'products/10/variations',
  ])
  expect(await watching.events()).toEqual([{ wcId: 11, fromMinor: 1290, toMinor: 990 }])
})

test('a shop that does not answer is left alone for longer and longer, and asked again', async () => {
  let isAway = true
  await using watching = await watch([wooProduct({ wcId: 1, ...sale })], () => isAway)
  const asked: number[] = []
  for (let minutes = 60; minutes < 100; minutes++) {
    const before = watching.shop.calls.length
    expect(await watching.at(minutes)).toBe(0)
    if (watching.shop.calls.length > before) asked.push(minutes - 60)
  }
  expect(asked).toEqual([0, 1, 3, 7, 15, 31])
  isAway = false
  watching.charges(1, '9.90')
  expect(await watching.at(60 + 63)).toBe(1)
})

test('a product that cannot be understood holds no other up', async () => {
  await using watching = await watch([1, 2, 3].map((wcId) => wooProduct({ wcId, ...sale })))
  watching.charges(1, 'ask us')
  watching.charges(2, '9.90')
  expect(await watching.at(60)).toBe(2)
  expect((await watching.events()).map(({ wcId }) => wcId)).toEqual([2])
  expect(await watching.at(60.5)).toBe(0)
  watching.charges(1, '9.90')
  watching.charges(3, '9.90')
  expect(await watching.at(61)).toBe(2)
  expect((await watching.events()).map(({ wcId }) => wcId).sort()).toEqual([1, 2, 3])
})

test('many sales that begin together are read by the hundred, two hundred in a round', async () => {
  const ids = Array.from({ length: 250 }, (_, at) => at + 1)
  await using watching = await watch(ids.map((wcId) => wooProduct({ wcId, ...sale })))
  for (const wcId of ids) watching.charges(wcId, '9.90')
  expect(await watching.at(60)).toBe(250)
  expect(watching.shop.calls).toHaveLength(3)
  expect(watching.shop.busiest()).toBeLessThanOrEqual(2)
  expect(await watching.events()).toHaveLength(250)
})
