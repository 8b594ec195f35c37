import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import { attributeOrders } from '../../src/results/attribute-orders.ts'
import { createResultsWorld, hour, links, type ResultsWorld } from './results-world.ts'

async function told(world: ResultsWorld, personId: number, startedAt = hour(0)): Promise<number> {
  const candidacyId = await world.candidacy({ personId })
  return world.message({ personId, candidacies: [candidacyId], startedAt })
}

const placed = (hours: number): Partial<WooOrder> => ({
  placedAt: hour(hours),
  paidAt: hour(hours),
  modifiedAt: hour(hours),
})

test('an order is credited to the last click, whichever record of the person clicked', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const asVisitor = await world.person({ mergedInto: ana })
  const first = await told(world, ana)
  const second = await told(world, asVisitor, hour(1))
  await world.click(second, hour(2))
  await world.click(first, hour(3))
  await world.order(ana, placed(4))
  await world.attribute()
  expect(await world.ledger()).toEqual([
    { messageId: first, how: 'click', conversions: 1, amountMinor: 2580, currency: 'EUR' },
  ])
})

test('what a program looked at earns nothing, and is no look at the product', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const productId = await world.product(1)
  const messageId = await told(world, ana)
  expect(await world.look(messageId, hour(1))).toMatch(/^https:\/\/shop\.example\//)
  await world.order(ana, placed(2))
  await world.attribute()
  expect(await world.ledger()).toEqual([])
  expect(await world.db.query('select is_robot from clicks')).toEqual([{ isRobot: true }])
  expect(await world.db.query('select 1 from product_views')).toEqual([])

  await world.click(messageId, hour(3), productId)
  expect(await world.db.query('select kind, source, price_minor, in_stock, at from product_views')).toEqual([
    { kind: 'view', source: 'link', priceMinor: 1290, inStock: true, at: hour(3) },
  ])
})

test('tapped again and again, a link is written down once in ten seconds', async () => {
  await using world = await createResultsWorld()
  const messageId = await told(world, await world.person())
  for (const seconds of [0, 1, 9, 10, 15, 21])
    await world.click(messageId, new Date(hour(1).getTime() + seconds * 1000))
  expect(await world.db.query('select count(*)::int as n from clicks')).toEqual([{ n: 3 }])
})

test('the link by which an order came is a click of its buyer, whoever that is', async () => {
  await using world = await createResultsWorld()
  const messageId = await told(world, await world.person())
  await world.click(messageId, hour(1))
  await world.order(await world.person(), { ...placed(2), linkToken: links.tokenOf(messageId, null) })
  await world.attribute()
  expect(await world.ledger()).toMatchObject([{ messageId, how: 'click', conversions: 1 }])
})

test('a coupon goes before a click, and credits the message that carried it', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const candidacyId = await world.candidacy({ personId: ana, kind: 'loyalty_reward', value: 6 })
  const withCoupon = await world.message({ personId: ana, candidacies: [candidacyId], startedAt: hour(-100) })
  await world.coupon('thanks12', candidacyId, ana)
  await world.click(await told(world, ana), hour(1))
  await world.order(ana, { ...placed(2), couponCodes: ['thanks12'] })
  await world.attribute()
  expect(await world.ledger()).toMatchObject([{ messageId: withCoupon, how: 'coupon', conversions: 1 }])
})

test('view-through only where the shop wants it, and it gives way to a click', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const messageId = await told(world, ana)
  await world.order(ana, placed(2))
  await world.attribute()
  expect(await world.ledger()).toEqual([])
  await world.settings({ viewThrough: true })
  await world.order(ana, { ...placed(2), modifiedAt: hour(3) })
  await world.attribute()
  expect(await world.ledger()).toMatchObject([{ messageId, how: 'view', conversions: 1 }])
  const late = await told(world, ana, hour(1))
  await world.click(late, hour(1.5))
  await world.attribute()
  expect(await world.ledger()).toMatchObject([
    { messageId: late, how: 'click', conversions: 1, amountMinor: 2580 },
  ])
})

test('a refund long after the clicks were forgotten takes back its share and leaves the credit', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  const messageId = await told(world, ana)
  await world.click(messageId, hour(1))
  await world.order(ana, placed(2))
  await world.attribute()
  await world.db.execute('delete from clicks')
  world.clock.set(hour(24 * 160))
  const refunds = [{ wcRefundId: 1, totalMinor: 580 }]
  await world.order(ana, { ...placed(2), modifiedAt: hour(24 * 160), refunds })
  await world.attribute()
  expect(await world.ledger()).toEqual([
    { messageId, how: 'click', conversions: 1, amountMinor: 2000, currency: 'EUR' },
  ])
})

test('two who work the list off at once write nothing twice', async () => {
  await using world = await createResultsWorld()
  const ana = await world.person()
  await world.click(await told(world, ana), hour(1))
  for (let wcId = 1; wcId <= 30; wcId++) await world.order(ana, { wcId, ...placed(2) })
  world.clock.advance(1000)
  const deps = { db: world.db, clock: world.clock, links }
  await Promise.all(Array.from({ length: 4 }, () => attributeOrders(deps)))
  await world.attribute()
  expect(await world.ledger()).toMatchObject([{ conversions: 30, amountMinor: 30 * 2580 }])
  expect(await world.db.query('select 1 from attribution_ledger')).toHaveLength(30)
  expect(await world.db.query('select 1 from attribution_todo')).toEqual([])
})

type Event = { kind: 'click'; of: 0 | 1; at: number } | { kind: 'order'; version: number } | { kind: 'work' }

// Times are of the events, not of their arrival: clicks come when they happen, orders late or doubled.
const versions: Partial<WooOrder>[] = [
  { status: 'pending', paidAt: null, modifiedAt: hour(5) },
  { status: 'processing', paidAt: hour(6), modifiedAt: hour(6) },
  { status: 'completed', paidAt: hour(6), modifiedAt: hour(30), couponCodes: ['thanks12'] },
  {
    status: 'completed',
    paidAt: hour(6),
    modifiedAt: hour(40),
    refunds: [{ wcRefundId: 1, totalMinor: 1000 }],
  },
  {
    status: 'cancelled',
    paidAt: hour(6),
    modifiedAt: hour(50),
    refunds: [{ wcRefundId: 1, totalMinor: 1000 }],
  },
  {
    status: 'refunded',
    paidAt: hour(6),
    modifiedAt: hour(60),
    refunds: [
      { wcRefundId: 1, totalMinor: 1000 },
      { wcRefundId: 2, totalMinor: 1580 },
    ],
  },
]

test('clicks and versions of an order, late, doubled and with work in between: the ledger ends the same', async () => {
  await using world = await createResultsWorld()
  let wcId = 5000
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.record({ kind: fc.constant('click'), of: fc.constantFrom(0, 1), at: fc.constantFrom(1, 2, 3, 4) }),
    fc.record({ kind: fc.constant('order'), version: fc.integer({ min: 0, max: versions.length - 1 }) }),
    fc.record({ kind: fc.constant('work') }),
  )
  const play = async (events: readonly Event[]): Promise<unknown> => {
    world.clock.set(hour(0))
    const ana = await world.person()
    const candidacyId = await world.candidacy({ personId: ana })
    const messages = [
      await world.message({ personId: ana, candidacies: [candidacyId] }),
      await told(world, ana, hour(0.5)),
    ]
    wcId++
    await world.coupon(`thanks${wcId}`, candidacyId, ana)
    for (const one of events) {
      if (one.kind === 'work') await world.attribute()
      else if (one.kind === 'click') await world.click(messages[one.of]!, hour(one.at))
      else {
        const { couponCodes, ...version } = versions[one.version]!
        await world.order(ana, {
          ...version,
          wcId,
          placedAt: hour(5),
          couponCodes: couponCodes === undefined ? [] : [`thanks${wcId}`],
        })
      }
    }
    world.clock.set(hour(100))
    await world.attribute()
    return world.db.query(
      `select a.message_id = $2 as is_first, a.how, a.at, a.entry like 'credit%' as is_credit, sum(conversions)::int as conversions,
         sum(amount_minor)::bigint as amount_minor
       from attribution_ledger a join orders o on o.id = a.order_id where o.wc_id = $1
       group by 1, 2, 3, 4 having sum(conversions) <> 0 or sum(amount_minor) <> 0 order by 1, 2, 3, 4`,
      [wcId, messages[0]],
    )
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 9 }),
      fc.integer({ min: 1, max: 97 }),
      async (events, salt) => {
        // A click is written down when it happens; the versions of the order may come before or after it, and in any order.
        const clicks = events.filter((one) => one.kind === 'click').sort((a, b) => a.at - b.at || a.of - b.of)
        const others = events.filter((one) => one.kind !== 'click')
        const shuffled = others
          .map((one, nth) => ({ one, key: ((nth + 1) * salt * 31) % 101 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        const half = Math.floor(shuffled.length / 2)
        const straight = await play([...clicks, ...others])
        expect(
          await play([...shuffled.slice(0, half), ...clicks, ...shuffled.slice(half), ...shuffled]),
        ).toEqual(straight)
      },
    ),
    { numRuns: 40 },
  )
}, 90_000)
