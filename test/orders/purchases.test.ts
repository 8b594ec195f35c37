import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import {
  applyOrderDeletion,
  applyOrderVersion,
  type OrderDeps,
} from '../../src/orders/apply-order-version.ts'
import { shareRefunds } from '../../src/orders/decide-refunds.ts'
import { createCatalogWorld, minute, wooProduct, type CatalogWorld } from '../catalog/catalog-world.ts'
import { insertPerson, someMonday } from '../support/rows.ts'
import { line, wooOrder } from './order-builder.ts'

const of = (personId: number): OrderDeps => ({ findPerson: async () => ({ personId, matchedBy: 'phone' }) })

const apply = (world: CatalogWorld, personId: number, order: Partial<WooOrder>): Promise<unknown> =>
  world.db.transaction((tx) =>
    applyOrderVersion(tx, of(personId), world.shop.id, { order: wooOrder(order), now: minute(600) }),
  )

const purchasesOf = (world: CatalogWorld): Promise<unknown[]> =>
  world.db.query(
    'select person_id, orders, last_order_at, spent_minor from person_purchases order by person_id',
  )

const categoriesOf = (world: CatalogWorld): Promise<unknown[]> =>
  world.db.query('select person_id, category_id, views, purchases from category_interest order by 1, 2')

describe('what a person has bought', () => {
  test('is counted from orders that stand: paid ones in the shop’s currency are spent, net of refunds', async () => {
    await using world = await createCatalogWorld()
    const ana = await insertPerson(world.db, world.shop.id, someMonday)
    await apply(world, ana, { wcId: 1, itemsMinor: 2000, totalMinor: 2500, placedAt: minute(1) })
    await apply(world, ana, { wcId: 2, itemsMinor: 9000, status: 'on-hold', placedAt: minute(7) })
    await apply(world, ana, { wcId: 3, itemsMinor: 7000, currency: 'USD', placedAt: minute(3) })
    await apply(world, ana, { wcId: 4, itemsMinor: 5000, status: 'cancelled', placedAt: minute(9) })
    expect(await purchasesOf(world)).toEqual([
      { personId: ana, orders: 2, lastOrderAt: minute(7), spentMinor: 2000 },
    ])
    const refunds = [{ wcRefundId: 9, totalMinor: 500 }]
    await apply(world, ana, { wcId: 1, itemsMinor: 2000, totalMinor: 2500, modifiedAt: minute(20), refunds })
    expect(await purchasesOf(world)).toMatchObject([{ orders: 2, spentMinor: 1600 }])
  })

  test('goes with an order that turns out to be another person’s, and with one that is deleted', async () => {
    await using world = await createCatalogWorld()
    const ana = await insertPerson(world.db, world.shop.id, someMonday)
    const rui = await insertPerson(world.db, world.shop.id, someMonday)
    await apply(world, ana, { placedAt: minute(1) })
    await apply(world, rui, { placedAt: minute(1), modifiedAt: minute(2) })
    expect(await purchasesOf(world)).toEqual([
      { personId: rui, orders: 1, lastOrderAt: minute(1), spentMinor: 2580 },
    ])
    const gone = { shopId: world.shop.id, wcId: 77, now: minute(700) }
    expect(await world.db.transaction((tx) => applyOrderDeletion(tx, gone))).toBe(true)
    expect(await world.db.transaction((tx) => applyOrderDeletion(tx, gone))).toBe(false)
    expect(await purchasesOf(world)).toEqual([])
  })

  test('is told by category too: a variation’s by its parent, beside the views', async () => {
    await using world = await createCatalogWorld()
    const ana = await insertPerson(world.db, world.shop.id, someMonday)
    await world.apply(wooProduct({ wcId: 1, categoryIds: [11, 12] }))
    await world.apply(wooProduct({ wcId: 2, categoryIds: [12] }))
    await world.db.execute(
      `insert into category_interest (person_id, category_id, shop_id, views, purchases) values ($1, 12, $2, 4, 0)`,
      [ana, world.shop.id],
    )
    const lines = [line, { ...line, wcLineId: 2, productWcId: 2, variationWcId: 22 }]
    await apply(world, ana, { lines })
    expect(await categoriesOf(world)).toEqual([
      { personId: ana, categoryId: 11, views: 0, purchases: 1 },
      { personId: ana, categoryId: 12, views: 4, purchases: 2 },
    ])
    await apply(world, ana, { lines, status: 'cancelled', modifiedAt: minute(3) })
    expect(await categoriesOf(world)).toEqual([
      { personId: ana, categoryId: 11, views: 0, purchases: 0 },
      { personId: ana, categoryId: 12, views: 4, purchases: 0 },
    ])
  })

  test('misses none of eight orders that come in the same moment', async () => {
    await using world = await createCatalogWorld()
    const ana = await insertPerson(world.db, world.shop.id, someMonday)
    await world.apply(wooProduct({ wcId: 1, categoryIds: [11] }))
    await Promise.all(
      Array.from({ length: 8 }, (_, nth) => apply(world, ana, { wcId: 100 + nth, itemsMinor: 1000 })),
    )
    expect(await purchasesOf(world)).toMatchObject([{ orders: 8, spentMinor: 8000 }])
    expect(await categoriesOf(world)).toMatchObject([{ purchases: 8 }])
  })
})

describe('a refund’s share of the items', () => {
  const shares = (itemsMinor: number, totalMinor: number, ...refunds: number[]): number[] =>
    shareRefunds({
      itemsMinor,
      totalMinor,
      refunds: refunds.map((refund, nth) => ({ wcRefundId: nth + 1, totalMinor: refund })),
    }).map((refund) => refund.itemsMinor)

  test.each<[string, number, number, number[], number[]]>([
    ['is all of it where there is no tax and shipping', 5000, 5000, [1200], [1200]],
    ['is as large as the items’ share of the order', 5000, 6000, [1200], [1000]],
    ['makes up all items when all is refunded', 5000, 6000, [6000], [5000]],
    [
      'makes up all items over several refunds, to the last cent',
      1000,
      1230,
      [410, 410, 410],
      [333, 334, 333],
    ],
    ['is never more than the items', 5000, 6000, [5500, 5500], [4583, 417]],
    ['is nothing of an order for nothing', 0, 0, [100], [0]],
    [
      'is exact for very large amounts',
      900_000_000_001,
      999_999_999_999,
      [333_333_333_333],
      [300_000_000_000],
    ],
  ])('%s', (_, items, total, refunds, expected) => {
    expect(shares(items, total, ...refunds)).toEqual(expected)
  })

  test('adds up to the items once all of the order is refunded, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 0, max: 300_000 }),
        fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 6 }),
        (itemsMinor, restMinor, parts) => {
          const totalMinor = itemsMinor + restMinor
          const sum = parts.reduce((so, part) => so + part, 0)
          const all = shares(itemsMinor, totalMinor, ...parts, Math.max(1, totalMinor - sum))
          expect(all.reduce((so, part) => so + part, 0)).toBe(itemsMinor)
          expect(all.every((part) => part >= 0)).toBe(true)
        },
      ),
    )
  })
})

const statuses = ['pending', 'on-hold', 'processing', 'completed', 'cancelled', 'refunded'] as const

test('versions doubled and in any order end the same: order, refunds and their days, what was bought', async () => {
  await using world = await createCatalogWorld()
  let wcId = 1000
  const history = fc
    .array(
      fc.record({
        status: fc.constantFrom(...statuses),
        refund: fc.option(fc.integer({ min: 1, max: 900 }), { freq: 2 }),
        itemsMinor: fc.constantFrom(2000, 2580),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((steps) => {
      const refunds: WooOrder['refunds'] = []
      return steps.map(({ refund, ...step }, nth): Partial<WooOrder> => {
        if (refund !== null) refunds.push({ wcRefundId: 50 + nth, totalMinor: refund })
        return { ...step, refunds: [...refunds], modifiedAt: minute(nth + 1) }
      })
    })
  const arrivals = fc.array(fc.nat(), { maxLength: 10 })
  const stateOf = async (personId: number): Promise<unknown> => {
    const [row] = await world.db.query(
      `select o.status, o.counts, o.paid_at, o.items_minor, o.refunded_minor, o.modified_at,
         (select json_agg(json_build_array(r.wc_refund_id, r.total_minor, r.items_minor, r.at) order by r.wc_refund_id)
          from order_refunds r where r.order_id = o.id) as refunds,
         p.orders, p.spent_minor
       from orders o left join person_purchases p on p.person_id = o.person_id where o.person_id = $1`,
      [personId],
    )
    return row
  }
  await fc.assert(
    fc.asyncProperty(history, arrivals, async (versions, more) => {
      const ends: unknown[] = []
      const shuffled = [...versions.keys(), ...more.map((nth) => nth % versions.length)].sort(
        (a, b) => ((more[a] ?? a) % 7) - ((more[b] ?? b) % 7),
      )
      for (const sequence of [[...versions.keys()], shuffled]) {
        const personId = await insertPerson(world.db, world.shop.id, someMonday)
        wcId++
        for (const nth of sequence) await apply(world, personId, { wcId, ...versions[nth] })
        ends.push(await stateOf(personId))
      }
      expect(ends[1]).toEqual(ends[0])
    }),
    { numRuns: 40 },
  )
}, 60_000)
