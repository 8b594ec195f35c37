import { expect, test } from 'vitest'
import { recordViews, type NewView } from '../../src/people/record-views.ts'
import { insertProduct, someMonday } from '../support/rows.ts'
import { createPeopleWorld, waId, type PeopleWorld } from './people-world.ts'

async function worldOfCategories() {
  const world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  const other = await world.meet([waId('351912345679')])
  const add = async (
    wcId: number,
    categoryIds: number[],
    parentId: number | null = null,
  ): Promise<number> => {
    const id = await insertProduct(world.db, world.shopId, someMonday, { wcId })
    await world.db.execute('update products set category_ids = $2, parent_id = $3 where id = $1', [
      id,
      categoryIds,
      parentId,
    ])
    return id
  }
  let views = 0
  const view = (productId: number, more: Partial<NewView> = {}): NewView => ({
    shopId: world.shopId,
    personId: person,
    productId,
    kind: 'view',
    source: 'chat',
    sourceKey: `wamid.${++views}`,
    priceMinor: 1290,
    currency: 'EUR',
    inStock: true,
    isWholeProductSoldOut: false,
    at: someMonday,
    receivedAt: someMonday,
    ...more,
  })
  return { ...world, person, other, add, view }
}

const record = (world: PeopleWorld, views: NewView[]) => world.db.transaction((tx) => recordViews(tx, views))

test('a view counts for each category of its product, once', async () => {
  await using world = await worldOfCategories()
  const { view, person, other } = world
  const cup = await world.add(1, [7, 8, 8])
  const bag = await world.add(2, [8])
  await record(world, [view(cup, { sourceKey: 'same' }), view(cup, { sourceKey: 'same' }), view(bag)])
  await record(world, [view(cup, { sourceKey: 'same' }), view(cup), view(bag, { personId: other })])
  expect(
    await world.db.query(
      'select person_id, category_id, views, purchases from category_interest order by 1, 2',
    ),
  ).toEqual([
    { personId: person, categoryId: 7, views: 2, purchases: 0 },
    { personId: person, categoryId: 8, views: 3, purchases: 0 },
    { personId: other, categoryId: 8, views: 1, purchases: 0 },
  ])
})

test('a variation, which has none, counts for the categories of its parent', async () => {
  await using world = await worldOfCategories()
  const hoodie = await world.add(10, [5])
  const small = await world.add(11, [], hoodie)
  const plain = await world.add(12, [])
  await record(world, [world.view(small), world.view(hoodie), world.view(plain)])
  expect(await world.db.query('select category_id, views from category_interest')).toEqual([
    { categoryId: 5, views: 2 },
  ])
})

test('what was bought before stays counted beside it', async () => {
  await using world = await worldOfCategories()
  const cup = await world.add(1, [7])
  await world.db.execute('insert into category_interest values ($1, 7, $2, 0, 4)', [
    world.person,
    world.shopId,
  ])
  await record(world, [world.view(cup)])
  expect(await world.db.query('select views, purchases from category_interest')).toEqual([
    { views: 1, purchases: 4 },
  ])
})

test('many views of the same products at once are all counted', async () => {
  await using world = await worldOfCategories()
  const products = [await world.add(1, [7, 8]), await world.add(2, [8, 7])]
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      record(
        world,
        at % 2 === 0 ? products.map((id) => world.view(id)) : products.map((id) => world.view(id)).reverse(),
      ),
    ),
  )
  expect(await world.db.query('select category_id, views from category_interest order by 1')).toEqual([
    { categoryId: 7, views: 80 },
    { categoryId: 8, views: 80 },
  ])
})
