import { expect, test } from 'vitest'
import { rereadProduct } from '../../src/catalog/reread-product.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { createSmallShop, type ShopAnswer } from '../connectors/woocommerce/small-shop.ts'
import {
  createCatalogWorld,
  minute,
  wooParent,
  wooProduct,
  wooVariation,
  type CatalogWorld,
} from './catalog-world.ts'

const now = {
  status: 'publish',
  date_modified_gmt: '2026-03-02T12:30:00',
  price: '9.90',
  stock_status: 'instock',
}

async function reread(
  world: CatalogWorld,
  wcId: number,
  answers: Record<string, ShopAnswer>,
): Promise<{ kind: string }> {
  await using shop = await createSmallShop(
    ({ path }) => answers[path.replace('/wp-json/wc/v3/products/', '')],
  )
  const deps = {
    ...world.deps,
    db: world.db,
    clock: createStandingClock(minute(40)),
    wooClientOf: async () => shop.client,
  }
  const read = await rereadProduct(deps, world.shop, (await world.product(wcId)).id)
  expect(shop.calls).not.toEqual([])
  return read
}

test('what the shop has and charges now is what counts', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1 }))
  const body = {
    id: 1,
    type: 'simple',
    ...now,
    manage_stock: true,
    stock_quantity: 0,
    stock_status: 'outofstock',
  }
  expect(await reread(world, 1, { '1': { body } })).toEqual({ kind: 'read' })
  expect(await world.product(1)).toMatchObject({ priceMinor: 990, isInStock: false, isSellable: false })
  expect(await world.db.query('select source, at, seen_at from stock_events')).toEqual([
    { source: 'reread', at: minute(30), seenAt: minute(40) },
  ])
})

test('a variation whose parent was taken off sale is not sold, though nobody said so', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooParent({ wcId: 10 }))
  await world.apply(wooVariation({ wcId: 11, parentWcId: 10 }))
  const answers = {
    '10': { body: { id: 10, type: 'variable', ...now, status: 'draft' } },
    '10/variations/11': { body: { id: 11, type: 'variation', parent_id: 10, ...now } },
  }
  expect(await reread(world, 11, answers)).toEqual({ kind: 'read' })
  expect(await world.product(11)).toMatchObject({ priceMinor: 990, isSellable: false })
})

test('what the shop does not know any more is deleted, what is in its trash is off sale', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1 }))
  await world.apply(wooProduct({ wcId: 2 }))
  const code = 'woocommerce_rest_product_invalid_id'
  const missing = { status: 404, body: { code, message: 'Invalid ID.', data: { status: 404 } } }
  expect(await reread(world, 1, { '1': missing })).toEqual({ kind: 'gone' })
  expect(await world.product(1)).toMatchObject({ status: 'deleted', isSellable: false })
  await reread(world, 2, { '2': { body: { id: 2, type: 'simple', ...now, status: 'trash' } } })
  expect(await world.product(2)).toMatchObject({ status: 'trash', isSellable: false })
})

test('nothing is learned, and nothing lost, when the shop does not answer', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1 }))
  const before = await world.product(1)
  for (const answer of [undefined, { status: 500, text: 'error' }, { text: '<html></html>' }]) {
    expect((await reread(world, 1, { '1': answer })).kind).toBe('unavailable')
  }
  expect(await world.product(1)).toEqual(before)
})
