import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

test('a savepoint undoes only its own work, and its after-commit effects', async () => {
  await using db = await createTestDatabase()
  const effects: string[] = []
  await db.transaction(async (tx) => {
    await tx.execute(`insert into contact_budgets (person_id, shop_id) values (1, 1)`)
    tx.afterCommit(() => effects.push('outer'))
    await tx
      .savepoint(async () => {
        await tx.execute(`insert into contact_budgets (person_id, shop_id) values (2, 1)`)
        tx.afterCommit(() => effects.push('inner'))
        throw new Error('no')
      })
      .catch(() => undefined)
  })
  expect(await db.query('select person_id, shop_id from contact_budgets')).toEqual([
    { personId: 1, shopId: 1 },
  ])
  expect(effects).toEqual(['outer'])
})

test('Prisma and plain SQL see the same database', async () => {
  await using db = await createTestDatabase()
  await db.execute(`insert into contact_budgets (person_id, shop_id) values (7, 3)`)
  expect(await db.prisma.contactBudget.findMany()).toEqual([{ personId: 7n, shopId: 3n }])
})
