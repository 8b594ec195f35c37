import { expect, test } from 'vitest'
import { proposeMinSpent } from '../../src/campaigns/loyalty-reward/propose.ts'
import type { Database } from '../../src/platform/database.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertShop, someMonday } from '../support/rows.ts'

async function buyer(db: Database, shopId: number, orders: number, spentMinor: number): Promise<number> {
  const personId = await insertPerson(db, shopId, someMonday)
  await db.execute(
    `insert into person_purchases (person_id, shop_id, orders, spent_minor, updated_at) values ($1, $2, $3, $4, $5)`,
    [personId, shopId, orders, spentMinor, someMonday],
  )
  return personId
}

test('the loyalty page proposes what the top fifth of the regular buyers has spent', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  for (let nth = 1; nth <= 10; nth++) await buyer(db, shopId, 3, nth * 1_000)
  // Too few orders, or nothing left after refunds.
  await buyer(db, shopId, 2, 900_000)
  await buyer(db, shopId, 5, 0)
  expect(await proposeMinSpent(db, shopId)).toEqual({ minSpentMinor: 9_000, buyers: 10, rewarded: 2 })
  expect(await proposeMinSpent(db, shopId, 2)).toEqual({ minSpentMinor: 9_000, buyers: 11, rewarded: 3 })
})

test.each([
  [1, 1],
  [4, 1],
  [5, 1],
  [6, 2],
  [11, 3],
])('of %i buyers it rewards %i', async (count, rewarded) => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  for (let nth = 1; nth <= count; nth++) await buyer(db, shopId, 3, nth * 1_000)
  expect(await proposeMinSpent(db, shopId)).toEqual({
    minSpentMinor: (count - rewarded + 1) * 1_000,
    buyers: count,
    rewarded,
  })
})

test('records that are one person count together, and a shop without regular buyers gets no proposal', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  expect(await proposeMinSpent(db, shopId)).toEqual({ minSpentMinor: null, buyers: 0, rewarded: 0 })
  const kept = await buyer(db, shopId, 2, 4_000)
  const merged = await buyer(db, shopId, 1, 6_000)
  expect((await proposeMinSpent(db, shopId)).buyers).toBe(0)
  await db.execute('update people set root_id = $1, merged_into = $1 where id = $2', [kept, merged])
  expect(await proposeMinSpent(db, shopId)).toEqual({ minSpentMinor: 10_000, buyers: 1, rewarded: 1 })
})
