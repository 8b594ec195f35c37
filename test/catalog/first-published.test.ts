import { expect, test } from 'vitest'
import { createCatalogWorld, minute, wooParent, wooProduct, wooVariation } from './catalog-world.ts'

const firstPublished = async (
  world: Awaited<ReturnType<typeof createCatalogWorld>>,
  wcId: number,
): Promise<Date | null> => (await world.product(wcId)).firstPublishedAt

test('a product that is published when first seen was published when it was created', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1, createdAt: minute(-600), modifiedAt: minute(1) }))
  expect(await firstPublished(world, 1)).toEqual(minute(-600))
})

test('a draft is published when it is first seen published, not when it was begun', async () => {
  await using world = await createCatalogWorld()
  const draft = { wcId: 1, createdAt: minute(-600) }
  await world.apply(wooProduct({ ...draft, status: 'draft', modifiedAt: minute(1) }))
  expect(await firstPublished(world, 1)).toBeNull()
  await world.apply(wooProduct({ ...draft, modifiedAt: minute(5) }))
  expect(await firstPublished(world, 1)).toEqual(minute(5))
})

test('a product that was planned for a time is published at that time', async () => {
  await using world = await createCatalogWorld()
  const planned = { wcId: 1, createdAt: minute(60) }
  await world.apply(wooProduct({ ...planned, status: 'future', modifiedAt: minute(1) }))
  await world.apply(wooProduct({ ...planned, modifiedAt: minute(61) }))
  expect(await firstPublished(world, 1)).toEqual(minute(60))
})

test('taken off and put on again it is not new', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1, createdAt: minute(0), modifiedAt: minute(0) }))
  for (const [status, at] of [
    ['draft', 1],
    ['publish', 2],
    ['trash', 3],
    ['publish', 4],
  ] as const)
    await world.apply(wooProduct({ wcId: 1, createdAt: minute(at), status, modifiedAt: minute(at) }))
  expect(await firstPublished(world, 1)).toEqual(minute(0))
})

test('a variation is as new as its parent, whichever of them came first', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooVariation({ wcId: 11, parentWcId: 10, createdAt: minute(7), modifiedAt: minute(8) }))
  expect(await firstPublished(world, 11)).toBeNull()
  await world.apply(wooParent({ wcId: 10, createdAt: minute(2), modifiedAt: minute(9) }))
  await world.apply(wooVariation({ wcId: 12, parentWcId: 10, createdAt: minute(20), modifiedAt: minute(21) }))
  for (const wcId of [10, 11, 12]) expect(await firstPublished(world, wcId)).toEqual(minute(2))
})

test('that the shop was heard from is known, also when it said nothing new or something old', async () => {
  await using world = await createCatalogWorld()
  const checkedAt = (): Promise<unknown[]> => world.db.query('select checked_at, modified_at from products')
  const forget = (): Promise<number> => world.db.execute('update products set checked_at = null')
  for (const modifiedAt of [minute(5), minute(5), minute(4)]) {
    await forget()
    await world.apply(wooProduct({ wcId: 1, modifiedAt }))
    expect(await checkedAt()).toEqual([{ checkedAt: minute(600), modifiedAt: minute(5) }])
  }
})
