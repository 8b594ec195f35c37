import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import { writeWooEvent } from '../../src/intake/event-payload.ts'
import type { Outcome } from '../../src/intake/inbox-event.ts'
import { applyOrderVersion, findStockCause, type OrderDeps } from '../../src/orders/apply-order-version.ts'
import { doesCount, findPaidAt } from '../../src/orders/decide-order.ts'
import { createOrderHandler } from '../../src/orders/handle-order-event.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import {
  createCatalogWorld,
  minute,
  soldOut,
  wooProduct,
  type CatalogWorld,
} from '../catalog/catalog-world.ts'
import { hasWooFixtures, readWooFixtures, type RecordedDelivery } from '../connectors/woocommerce/fixtures.ts'
import { insertPerson, someMonday } from '../support/rows.ts'
import { line, wooOrder } from './order-builder.ts'

const nobody: OrderDeps = { findPerson: async () => undefined }

const apply = (world: CatalogWorld, order: WooOrder, deps = nobody): Promise<{ kind: string }> =>
  world.db.transaction((tx) => applyOrderVersion(tx, deps, world.shop.id, { order, now: minute(600) }))

const ordersOf = (world: CatalogWorld): Promise<Record<string, unknown>[]> =>
  world.db.query(
    `select o.wc_id, o.status, o.counts, o.person_id, o.matched_by, o.total_minor, o.items_minor, o.placed_at, o.paid_at, o.modified_at,
       (select json_agg(json_build_array(wc_line_id, product_wc_id, variation_wc_id, quantity, total_minor) order by wc_line_id)
        from order_lines l where l.order_id = o.id) as lines
     from orders o order by o.wc_id`,
  )

describe('an order', () => {
  test('has the lines of its newest version, and no others', async () => {
    await using world = await createCatalogWorld()
    await apply(world, wooOrder({ lines: [line, { ...line, wcLineId: 2, productWcId: 9 }] }))
    await apply(
      world,
      wooOrder({
        lines: [
          { ...line, quantity: 1 },
          { ...line, wcLineId: 3 },
        ],
        modifiedAt: minute(5),
      }),
    )
    expect((await apply(world, wooOrder({ lines: [], modifiedAt: minute(4) }))).kind).toBe('stale')
    const [order] = await ordersOf(world)
    expect(order?.lines).toEqual([
      [1, 1, null, 1, 2580],
      [3, 1, null, 2, 2580],
    ])
    await apply(world, wooOrder({ lines: [], modifiedAt: minute(6) }))
    expect((await ordersOf(world))[0]?.lines).toBeNull()
  })

  test('belongs to the person it names, and stays theirs when a later version names nobody', async () => {
    await using world = await createCatalogWorld()
    const personId = await insertPerson(world.db, world.shop.id, someMonday)
    await apply(world, wooOrder(), { findPerson: async () => ({ personId, matchedBy: 'phone' }) })
    await apply(world, wooOrder({ status: 'completed', modifiedAt: minute(1) }))
    expect(await ordersOf(world)).toMatchObject([{ personId, matchedBy: 'phone', status: 'completed' }])
  })

  test('from the trash comes back with a newer version, not with a late copy of an earlier one', async () => {
    await using world = await createCatalogWorld()
    await apply(world, wooOrder())
    expect(await handle(world, 'order.deleted', { id: 77 })).toEqual({ kind: 'done' })
    expect((await apply(world, wooOrder())).kind).toBe('stale')
    expect(await ordersOf(world)).toMatchObject([{ status: 'trash', counts: false }])
    await apply(world, wooOrder({ modifiedAt: minute(9) }))
    expect(await ordersOf(world)).toMatchObject([{ status: 'processing', counts: true }])
    expect(await handle(world, 'order.deleted', { id: 1234 })).toEqual({
      kind: 'ignored',
      reason: 'unknown_order',
    })
  })

  test('is written once when many versions come at once, and the newest stands', async () => {
    await using world = await createCatalogWorld()
    const versions = [3, 1, 4, 1, 5, 2].map((at) => wooOrder({ number: `N${at}`, modifiedAt: minute(at) }))
    await Promise.all(versions.map((version) => apply(world, version)))
    expect(await world.db.query('select number from orders')).toEqual([{ number: 'N5' }])
    expect((await ordersOf(world))[0]?.lines).toHaveLength(1)
  })

  test.each([
    ['pending', true],
    ['processing', true],
    ['on-hold', true],
    ['completed', true],
    ['refunded', true],
    ['shipped-by-plugin', true],
    ['cancelled', false],
    ['failed', false],
    ['trash', false],
    ['checkout-draft', false],
  ])('that is %s counts as bought: %s', (status, counts) => {
    expect(doesCount(status)).toBe(counts)
  })
})

describe('when it was first paid', () => {
  const versions = fc.array(
    fc.record({
      status: fc.constantFrom('pending', 'on-hold', 'processing', 'completed', 'cancelled'),
      paidAt: fc.option(fc.integer({ min: 0, max: 20 }).map(minute)),
      modifiedAt: fc.integer({ min: 0, max: 20 }).map(minute),
    }),
    { minLength: 1, maxLength: 6 },
  )

  test('is the same in whatever order its versions come', () => {
    const paidAtOf = (given: { status: string; paidAt: Date | null; modifiedAt: Date }[]): Date | null =>
      given.reduce<Date | null>((paidAt, order) => findPaidAt({ paidAt }, order), null)
    fc.assert(
      fc.property(
        versions.chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
        ),
        ([given, shuffled]) => {
          expect(paidAtOf(shuffled)).toEqual(paidAtOf(given))
        },
      ),
    )
  })

  test('with cash on delivery is when it was first processed, also if that version comes late', async () => {
    await using world = await createCatalogWorld()
    await apply(world, wooOrder({ status: 'on-hold', modifiedAt: minute(1) }))
    expect(await ordersOf(world)).toMatchObject([{ paidAt: null }])
    await apply(world, wooOrder({ status: 'completed', paidAt: minute(9), modifiedAt: minute(9) }))
    expect(await ordersOf(world)).toMatchObject([{ paidAt: minute(9) }])
    expect((await apply(world, wooOrder({ modifiedAt: minute(3) }))).kind).toBe('stale')
    expect(await ordersOf(world)).toMatchObject([{ paidAt: minute(3), status: 'completed' }])
  })
})

describe('why stock changed', () => {
  const restock = wooProduct({ wcId: 1, modifiedAt: minute(30) })
  const cancelled = wooOrder({ status: 'cancelled', modifiedAt: minute(31) })

  async function createSoldOut(): Promise<CatalogWorld> {
    const world = await createCatalogWorld()
    world.deps.findStockCause = findStockCause
    await world.apply(wooProduct({ wcId: 1, ...soldOut }))
    await apply(world, wooOrder({ modifiedAt: minute(-60), placedAt: minute(-60) }))
    return world
  }

  const causeOf = async (world: CatalogWorld): Promise<unknown[]> => [
    ...(await world.db.query<{ cause: string }>('select cause from stock_events')),
    ...(await world.cycles()).map(({ cause }) => ({ cause })),
  ]

  test('a cancelled order explains it, whichever is heard of first', async () => {
    await using orderFirst = await createSoldOut()
    await apply(orderFirst, cancelled)
    await orderFirst.apply(restock)
    expect(await causeOf(orderFirst)).toEqual([{ cause: 'order_cancelled' }, { cause: 'order_cancelled' }])

    await using productFirst = await createSoldOut()
    await productFirst.apply(restock)
    expect(await causeOf(productFirst)).toEqual([{ cause: 'unknown' }, { cause: 'unknown' }])
    await apply(productFirst, cancelled)
    expect(await causeOf(productFirst)).toEqual([{ cause: 'order_cancelled' }, { cause: 'order_cancelled' }])
  })

  test('an order that takes stock, another product’s, or another hour’s explains no restock', async () => {
    for (const order of [
      wooOrder({ wcId: 78, status: 'processing', modifiedAt: minute(30) }),
      wooOrder({ wcId: 78, status: 'pending', modifiedAt: minute(30) }),
      wooOrder({
        wcId: 78,
        status: 'cancelled',
        modifiedAt: minute(30),
        lines: [{ ...line, productWcId: 2 }],
      }),
      wooOrder({ wcId: 78, status: 'cancelled', modifiedAt: minute(90) }),
    ]) {
      await using before = await createSoldOut()
      await apply(before, order)
      await before.apply(restock)
      expect(await causeOf(before)).toEqual([{ cause: 'unknown' }, { cause: 'unknown' }])
      await using after = await createSoldOut()
      await after.apply(restock)
      await apply(after, order)
      expect(await causeOf(after)).toEqual([{ cause: 'unknown' }, { cause: 'unknown' }])
    }
  })

  test('a sale of the variation explains the fall of its parent’s stock', async () => {
    await using world = await createSoldOut()
    await world.apply(wooProduct({ wcId: 55, kind: 'variable', stockQuantity: 4 }))
    await world.apply(wooProduct({ wcId: 55, kind: 'variable', stockQuantity: 3, modifiedAt: minute(30) }))
    const lines = [{ ...line, productWcId: 55, variationWcId: 56 }]
    await apply(world, wooOrder({ wcId: 79, lines, modifiedAt: minute(30) }))
    expect(await causeOf(world)).toEqual([{ cause: 'order' }])
  })
})

describe.skipIf(!hasWooFixtures)('what a real shop sent about its orders', () => {
  const recorded = readWooFixtures().filter(({ topic }) => topic.startsWith('order.'))

  async function receive(world: CatalogWorld, deliveries: readonly RecordedDelivery[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const { topic, body } of deliveries)
      outcomes.push(await handle(world, topic, JSON.parse(body.toString())))
    return outcomes
  }

  test('is taken in: the last state of each order, and when it was first paid', async () => {
    await using world = await createCatalogWorld()
    const outcomes = await receive(world, recorded)
    const reasons = outcomes.flatMap((outcome) => (outcome.kind === 'ignored' ? outcome.reason : []))
    expect([...new Set(reasons)]).toEqual(['error_body:rest_no_route'])
    const orders = await ordersOf(world)
    expect(orders.map(({ wcId, status, counts }) => [wcId, status, counts])).toEqual([
      [77, 'refunded', true],
      [78, 'trash', false],
      [80, 'refunded', true],
      [83, 'refunded', true],
      [91, 'refunded', true],
      [94, 'processing', true],
      [95, 'on-hold', true],
      [96, 'processing', true],
      [97, 'processing', true],
      [98, 'processing', true],
    ])
    expect(orders[0]).toMatchObject({ paidAt: new Date('2026-11-20T23:53:48Z'), totalMinor: 2580 })
    expect(orders[6]).toMatchObject({ paidAt: null, lines: [[29, 48, 50, 1, 1700]] })
  })

  test('twice, and in any order that its dates can put right, ends the same', async () => {
    // Of one second the later to arrive counts, and a deletion has no date.
    const dated = recorded.filter(({ topic }) => topic !== 'order.deleted')
    await using once = await createCatalogWorld()
    await receive(once, dated)
    await using twice = await createCatalogWorld()
    await receive(twice, [...dated, ...dated])
    expect(await ordersOf(twice)).toEqual(await ordersOf(once))
    for (const seed of [1, 2, 3]) {
      await using shuffled = await createCatalogWorld()
      const random = createSeededRandom(seed)
      const places = new Map(dated.map((delivery) => [delivery, random.below(1_000_000)]))
      await receive(
        shuffled,
        [...dated].sort((first, second) => places.get(first)! - places.get(second)!),
      )
      expect(await ordersOf(shuffled)).toEqual(await ordersOf(once))
    }
  })
})

function handle(world: CatalogWorld, topic: string, body: unknown): Promise<Outcome> {
  const event = {
    id: 1,
    deliveryId: 1,
    source: 'woocommerce' as const,
    shopId: world.shop.id,
    kind: 'order',
    lane: null,
    payload: writeWooEvent({ topic, body: JSON.stringify(body) }),
    attempts: 0,
    receivedAt: minute(0),
  }
  return world.db.transaction((tx) => createOrderHandler(nobody)(tx, event))
}
