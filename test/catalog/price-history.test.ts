import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lowestPriceSql } from '../../src/catalog/price-history-sql.ts'
import type { Database } from '../../src/platform/database.ts'
import { createTestDatabase } from '../support/database.ts'
import '../support/property-seed.ts'
import { someMonday } from '../support/rows.ts'
import { createCatalogWorld, minute, wooProduct } from './catalog-world.ts'

const dayMs = 86_400_000
const at = (days: number, ms = 0): Date => new Date(someMonday.getTime() + days * dayMs + ms)

interface Charged {
  productId: number
  at: Date
  currency: string
  /** Null: not priced, or charged in another currency before. */
  from: number | null
  to: number | null
}

async function lowest(db: Database, events: readonly Charged[]): Promise<(number | null)[]> {
  await db.execute('truncate price_events restart identity')
  await db.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select 1, product_id, "from", "to", currency, 'webhook', at, at
     from json_to_recordset($1) e(product_id bigint, at timestamptz, currency text, "from" bigint, "to" bigint)`,
    [JSON.stringify(events.map(({ productId, ...rest }) => ({ product_id: productId, ...rest })))],
  )
  const rows = await db.query<{ lowest: number | null }>(
    `select ${lowestPriceSql('e', '$1::int')} as lowest from price_events e order by e.id`,
    [30],
  )
  return rows.map((row) => row.lowest)
}

const event = (days: number, from: number | null, to: number | null, currency = 'EUR'): Charged => ({
  productId: 7,
  at: at(days),
  currency,
  from,
  to,
})

test('the lowest price of the thirty days before a reduction counts prices that began before the window and still held', async () => {
  await using db = await createTestDatabase()
  // 20 until day 10, 30 until day 45, then 25: in the thirty days before, nothing but 30 was charged.
  expect(await lowest(db, [event(10, 2000, 3000), event(45, 3000, 2500)])).toEqual([2000, 3000])
  // Raised for one day only, the day before the "reduction".
  expect(await lowest(db, [event(44, 2000, 3000), event(45, 3000, 2500)])).toEqual([2000, 2000])
  // A short offer within the window is what one could have paid.
  expect(await lowest(db, [event(20, 3000, 1500), event(21, 1500, 3000), event(45, 3000, 2500)])).toEqual([
    3000, 1500, 1500,
  ])
})

test('the window begins exactly thirty days before, and what begins with the event itself is not before it', async () => {
  await using db = await createTestDatabase()
  const raised = (ms: number): Charged[] => [
    { ...event(0, 2000, 3000), at: at(0, ms) },
    event(30, 3000, 2500),
  ]
  // At the first moment of the window it was 30 already, or still 20.
  expect(await lowest(db, raised(-1))).toEqual([2000, 3000])
  expect(await lowest(db, raised(1))).toEqual([2000, 2000])
  expect(await lowest(db, raised(0))).toEqual([2000, 2000])
})

test('prices of another currency, none at all, and other products stay out of it', async () => {
  await using db = await createTestDatabase()
  expect(await lowest(db, [event(1, null, 900, 'BRL'), event(2, null, 3000), event(3, 3000, 2500)])).toEqual([
    null,
    null,
    3000,
  ])
  expect(await lowest(db, [event(1, 3000, null), event(2, null, 2500)])).toEqual([3000, 3000])
  expect(await lowest(db, [{ ...event(1, 3000, 100), productId: 8 }, event(2, 3000, 2500)])).toEqual([
    3000, 3000,
  ])
  expect(await lowest(db, [event(1, 3000, 0), event(2, 0, 2500), event(3, 2500, 2000)])).toEqual([3000, 0, 0])
})

/** A product's prices one after the other, some hours or weeks apart. */
const history = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 1, max: 24 * 40 }),
      to: fc.option(fc.integer({ min: 0, max: 9_999 }), { freq: 8 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      first: fc.integer({ min: 1, max: 9_999 }),
      // From here on the shop charges in dollars.
      switchAt: fc.integer({ min: 0, max: 20 }),
    }),
  )

interface History {
  steps: { hours: number; to: number | null }[]
  first: number
  switchAt: number
}

function toEvents({ steps, first, switchAt }: History, productId: number): Charged[] {
  let before = { at: someMonday, to: first as number | null, currency: 'EUR' }
  return steps.map(({ hours, to }, step) => {
    const currency = step < switchAt ? 'EUR' : 'USD'
    const from = currency === before.currency ? before.to : null
    before = { at: new Date(before.at.getTime() + hours * 3_600_000), to, currency }
    return { productId, at: before.at, currency, from, to }
  })
}

/** Looks at the price tag at every moment at which it may have changed. */
function readTags(events: readonly Charged[], of: Charged): number | null {
  const start = new Date(of.at.getTime() - 30 * dayMs)
  const tagAt = (moment: Date): number | null => {
    const last = events.findLast((one) => one.at <= moment)
    if (last !== undefined) return last.currency === of.currency ? last.to : null
    const first = events[0]
    return first?.currency === of.currency ? first.from : null
  }
  const moments = [start, ...events.map((one) => one.at)].filter(
    (moment) => moment >= start && moment < of.at,
  )
  const tags = moments.map(tagAt).filter((tag) => tag !== null)
  return tags.length === 0 ? null : Math.min(...tags)
}

test('it is what one who had read the price tag all the time would say', async () => {
  await using db = await createTestDatabase()
  await fc.assert(
    fc.asyncProperty(fc.array(history, { minLength: 1, maxLength: 4 }), async (histories) => {
      const products = histories.map((one, productId) => toEvents(one, productId))
      const expected = products.flatMap((events) => events.map((one) => readTags(events, one)))
      expect(await lowest(db, products.flat())).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('five thousand events are one statement', async () => {
  await using db = await createTestDatabase()
  const events = Array.from({ length: 5_000 }, (_, n) => ({
    ...event(n % 50, 3000 - (n % 50) * 10, 2990 - (n % 50) * 10),
    productId: Math.floor(n / 50),
  }))
  const found = await lowest(db, events)
  expect(found).toHaveLength(5_000)
  expect(found.slice(0, 3)).toEqual([3000, 2990, 2980])
})

test('a change of the currency is no price before', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1, priceMinor: 2000 }))
  const { id, shopId } = await world.product(1)
  await world.db.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views, last_price_minor)
     values (1, $1, $2, $3, $3, 1, 2000)`,
    [id, shopId, minute(0)],
  )
  await world.apply(wooProduct({ wcId: 1, priceMinor: 500, currency: 'USD', modifiedAt: minute(1) }))
  await world.apply(wooProduct({ wcId: 1, priceMinor: 400, currency: 'USD', modifiedAt: minute(2) }))
  expect(await world.db.query('select from_minor, to_minor, currency from price_events order by id')).toEqual(
    [
      { fromMinor: null, toMinor: 500, currency: 'USD' },
      { fromMinor: 500, toMinor: 400, currency: 'USD' },
    ],
  )
  expect(await world.db.query('select last_price_minor from product_interest')).toEqual([
    { lastPriceMinor: null },
  ])
})
