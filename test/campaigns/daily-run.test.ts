import { pino } from 'pino'
import { expect, test } from 'vitest'
import { saveCampaignSettings, switchCampaign } from '../../src/campaigns/campaign-store.ts'
import { campaignKinds, isCampaignKind } from '../../src/campaigns/campaign-kinds.ts'
import { runDaily } from '../../src/campaigns/daily/run-daily.ts'
import { findDailyRun, openDailyRun, takeSlice } from '../../src/campaigns/daily/run-store.ts'
import { planCampaigns } from '../../src/campaigns/plan-campaigns.ts'
import type { PlannerDeps } from '../../src/campaigns/planner.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertProduct, insertShop, someMonday } from '../support/rows.ts'

const now = someMonday
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

async function createPlanner(db: Database, shopId: number, onSince = daysAgo(100)): Promise<PlannerDeps> {
  await db.transaction(async (tx) => {
    await saveCampaignSettings(tx, shopId, 'loyalty_reward', { settings: { minSpentMinor: 10_000 }, now })
    for (const kind of Object.keys(campaignKinds).filter(isCampaignKind))
      await switchCampaign(tx, shopId, kind, { isOn: true, now: onSince })
  })
  return {
    db,
    clock: createStandingClock(now),
    random: createSeededRandom(1),
    log: pino({ level: 'silent' }),
    wake: () => undefined,
    rereadProducts: (_shopId, ids) => Promise.resolve(new Set(ids)),
  }
}

async function insertPurchases(
  db: Database,
  shopId: number,
  personId: number,
  bought: { lastAt: Date; orders: number; spentMinor: number },
): Promise<void> {
  await db.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     values ($1, $2, $3, $4, $4, $5, $4)`,
    [personId, shopId, bought.orders, bought.lastAt, bought.spentMinor],
  )
}

function readLog(
  db: Database,
): Promise<{ personId: number; kind: string; state: string; reason: string | null; trigger: string }[]> {
  return db.query(
    `select l.person_id, c.kind, l.state, l.reason, l.trigger from reengagement_log l join campaigns c on c.id = l.campaign_id order by l.person_id, l.id`,
  )
}

async function plan(deps: PlannerDeps): Promise<void> {
  for (let rounds = 0; (await planCampaigns(deps)) > 0; rounds++) expect(rounds).toBeLessThan(20)
}

test('everybody who has been away gets the one thing that fits best, and nobody else anything', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(400))
  const deps = await createPlanner(db, shopId)
  const person = (createdDaysAgo = 300): Promise<number> =>
    insertPerson(db, shopId, daysAgo(createdDaysAgo), { consent: 'opted_in' })
  const [loyal, curious, missed, recent, fresh, lost] = [
    await person(),
    await person(),
    await person(),
    await person(),
    await person(10),
    await person(),
  ]
  await insertPurchases(db, shopId, loyal, { lastAt: daysAgo(80), orders: 3, spentMinor: 12_000 })
  await insertPurchases(db, shopId, curious, { lastAt: daysAgo(70), orders: 1, spentMinor: 2_000 })
  await insertPurchases(db, shopId, missed, { lastAt: daysAgo(60), orders: 1, spentMinor: 2_000 })
  await insertPurchases(db, shopId, recent, { lastAt: daysAgo(59), orders: 5, spentMinor: 90_000 })
  await insertPurchases(db, shopId, lost, { lastAt: daysAgo(366), orders: 5, spentMinor: 90_000 })
  await db.execute(
    `insert into category_interest (person_id, category_id, shop_id, views, purchases) values ($1, 7, $2, 3, 1)`,
    [curious, shopId],
  )
  const productId = await insertProduct(db, shopId, now, { wcId: 9 })
  await db.execute(
    `update products set category_ids = '{7}', first_published_at = $2, is_sellable = true where id = $1`,
    [productId, daysAgo(5)],
  )

  await runDaily(deps, shopId, now)
  await plan(deps)

  expect(await readLog(db)).toEqual([
    { personId: loyal, kind: 'loyalty_reward', state: 'reserved', reason: null, trigger: 'daily' },
    { personId: curious, kind: 'new_arrivals', state: 'reserved', reason: null, trigger: 'daily' },
    { personId: missed, kind: 'we_miss_you', state: 'reserved', reason: null, trigger: 'daily' },
  ])
  expect(fresh).toBeGreaterThan(recent)

  await runDaily(deps, shopId, now)
  await plan(deps)
  expect(await readLog(db)).toHaveLength(3)
})

test('a campaign’s first days reach few people; the others wait for their day', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(400))
  const deps = await createPlanner(db, shopId, daysAgo(1))
  for (let away = 30; away < 70; away++) {
    const personId = await insertPerson(db, shopId, daysAgo(300), { consent: 'opted_in' })
    await insertPurchases(db, shopId, personId, { lastAt: daysAgo(away + 60), orders: 1, spentMinor: 100 })
  }

  await runDaily(deps, shopId, now)
  await plan(deps)

  const states = await db.query(
    `select state, reason, count(*)::int from reengagement_log group by 1, 2 order by 1, 2`,
  )
  expect(states).toEqual([
    { state: 'reserved', reason: null, count: 2 },
    { state: 'waiting', reason: 'ramp_up', count: 38 },
  ])
})

test('a price that fell is told to who looked, once, with no other reference than the lowest of thirty days', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(400))
  const deps = await createPlanner(db, shopId)
  const personId = await insertPerson(db, shopId, daysAgo(300), { consent: 'opted_in' })
  const productId = await insertProduct(db, shopId, now, { wcId: 9 })
  const at = new Date(now.getTime() - 5 * 60_000)
  await db.execute(`update products set price_minor = 8000, is_sellable = true where id = $1`, [productId])
  await db.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at) values
       ($1, $2, 9500, 10000, (select currency from products where id = $2), 'webhook', $3, $3),
       ($1, $2, 10000, 8000, (select currency from products where id = $2), 'webhook', $4, $4)`,
    [shopId, productId, daysAgo(10), at],
  )
  await db.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views, last_price_minor) values ($1, $2, $3, $4, $4, 1, 10000)`,
    [personId, productId, shopId, daysAgo(3)],
  )

  await plan(deps)

  const rows = await db.query(
    `select state, reason, reference_minor, price_minor, drop_bps from reengagement_log order by id`,
  )
  expect(rows).toEqual([
    { state: 'reserved', reason: null, referenceMinor: 9500, priceMinor: 8000, dropBps: 1578 },
  ])
})

test('a slice that fails is looked at again, one that another planner has is left to it, and the run ends with the last', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(400))
  const deps = { ...(await createPlanner(db, shopId)), atOnce: 2 }
  for (let people = 0; people < 10; people++)
    await insertPerson(db, shopId, daysAgo(300), { consent: 'opted_in' })
  const isRunning = async (): Promise<boolean> => (await findDailyRun(db, shopId)) !== undefined
  const countLog = async (): Promise<number> => (await readLog(db)).length

  const broken: PlannerDeps = {
    ...deps,
    log: Object.assign(pino({ level: 'silent' }), {
      info: () => {
        throw new Error('cut off')
      },
    }),
  }
  await expect(runDaily(broken, shopId, now, { peopleAtOnce: 3 })).rejects.toThrow('cut off')
  expect([await isRunning(), await countLog()]).toEqual([true, 0])

  const run = await findDailyRun(db, shopId)
  await expect(
    db.transaction(async (tx) => {
      expect(await takeSlice(tx, run?.id ?? 0)).toMatchObject({ lastId: expect.any(Number) })
      // The others, but not this one, and so not the end.
      await runDaily(deps, shopId, now)
      expect(await isRunning()).toBe(true)
      throw new Error('and this planner dies')
    }),
  ).rejects.toThrow('dies')
  expect(await countLog()).toBe(7)

  await plan(deps)
  expect([await isRunning(), await countLog()]).toEqual([false, 10])
})

test('a slice is taken alone, also where the database believes that there is only one', async () => {
  await using db = await createTestDatabase()
  const { shopId } = await insertShop(db, daysAgo(400))
  const open = (slot: Date): Promise<void> =>
    db.transaction((tx) => openDailyRun(tx, { shopId, slot, now, peopleAtOnce: 1 }))
  await insertPerson(db, shopId, daysAgo(300))
  await open(daysAgo(1))
  // With this in mind it chooses anew for each row what a join leaves to it.
  await db.execute('vacuum (analyze) daily_slices')
  for (let people = 1; people < 12; people++) await insertPerson(db, shopId, daysAgo(300))
  await open(now)
  const run = await findDailyRun(db, shopId)
  const taken: number[] = []
  for (;;) {
    const slice = await db.transaction((tx) => takeSlice(tx, run?.id ?? 0))
    if (slice === undefined) break
    taken.push(slice.lastId)
  }
  expect(new Set(taken).size).toBe(12)
})
