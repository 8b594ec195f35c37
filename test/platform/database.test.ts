import { expect, test, vi } from 'vitest'
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

test.each(['let through', 'caught behind a savepoint'])(
  'two transactions that lock each other up both come to their end: the deadlock is %s',
  async (how) => {
    await using db = await createTestDatabase()
    await db.execute(`insert into contact_budgets (person_id, shop_id) values (1, 0), (2, 0)`)
    const effects: string[] = []
    let arrived = 0
    let bothArrived = (): void => undefined
    const meeting = new Promise<void>((resolve) => (bothArrived = resolve))

    const addTo = (first: number, second: number): Promise<void> =>
      db.transaction(async (tx) => {
        const add = (id: number): Promise<number> =>
          tx.execute(`update contact_budgets set shop_id = shop_id + 1 where person_id = $1`, [id])
        await add(first)
        tx.afterCommit(() => effects.push('told'))
        if (++arrived === 2) bothArrived()
        await meeting
        if (how === 'let through') await add(second)
        else await tx.savepoint(() => add(second)).catch(() => undefined)
      })
    await Promise.all([addTo(1, 2), addTo(2, 1)])

    expect(await db.query('select shop_id from contact_budgets')).toEqual([{ shopId: 2 }, { shopId: 2 }])
    expect(effects).toEqual(['told', 'told'])
    // One of them at least began anew; on a busy machine it may meet the other once more.
    expect(arrived).toBeGreaterThan(2)
  },
)

test('a statement on its own that loses a deadlock is done again', async () => {
  await using db = await createTestDatabase()
  await db.execute(`insert into contact_budgets (person_id, shop_id) values (1, 0), (2, 0)`)
  const isWaiting = async (): Promise<boolean> =>
    (
      await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).length > 0
  const deadlocks = async (): Promise<number> => {
    const [row] = await db.query<{ deadlocks: number }>(
      `select deadlocks from pg_stat_database where datname = current_database()`,
    )
    return row?.deadlocks ?? 0
  }
  let alone: Promise<number> | undefined
  await db.transaction(async (tx) => {
    const add = (id: number): Promise<number> =>
      tx.execute(`update contact_budgets set shop_id = shop_id + 1 where person_id = $1`, [id])
    await add(1)
    // It has the second row and waits for the first. Whoever waits longest finds the deadlock, and loses.
    alone ??= db.execute(
      `with two as materialized (update contact_budgets set shop_id = shop_id + 10 where person_id = 2 returning person_id)
       update contact_budgets set shop_id = shop_id + 10 where person_id = (select person_id - 1 from two)`,
    )
    await vi.waitFor(async () => expect(await isWaiting()).toBe(true))
    await add(2)
  })
  expect(await alone).toBe(1)
  expect(await db.query('select shop_id from contact_budgets')).toEqual([{ shopId: 11 }, { shopId: 11 }])
  await vi.waitFor(async () => expect(await deadlocks()).toBeGreaterThan(0), { timeout: 5_000 })
})
