import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addAlert,
  answerAlerts,
  endAlerts,
  expireAlerts,
  listOpenAlerts,
  reopenAlerts,
} from '../../src/people/alerts.ts'
import { recordViews, type NewView } from '../../src/people/record-views.ts'
import { insertProduct, someMonday } from '../support/rows.ts'
import {
  after,
  bsuid,
  createPeopleWorld,
  customer,
  day,
  hour,
  minute,
  waId,
  type PeopleWorld,
} from './people-world.ts'

async function worldOfInterest() {
  const world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  const products = [
    await insertProduct(world.db, world.shopId, someMonday, { wcId: 1 }),
    await insertProduct(world.db, world.shopId, someMonday, { wcId: 2 }),
  ]
  const view = (more: Partial<NewView>): NewView => ({
    shopId: world.shopId,
    personId: person,
    productId: products[0]!,
    kind: 'view',
    source: 'chat',
    sourceKey: 'wamid.1:sku',
    priceMinor: 1290,
    currency: 'EUR',
    inStock: false,
    isWholeProductSoldOut: true,
    at: someMonday,
    receivedAt: someMonday,
    ...more,
  })
  return { ...world, person, products, view }
}

const record = (world: PeopleWorld, views: NewView[]) => world.db.transaction((tx) => recordViews(tx, views))

describe('views', () => {
  test('a report that comes again, alone or within its batch, is one view', async () => {
    await using world = await worldOfInterest()
    const { view } = world
    expect(await record(world, [view({}), view({}), view({ sourceKey: 'other' })])).toBe(2)
    expect(await record(world, [view({})])).toBe(0)
    expect(await record(world, [])).toBe(0)
    expect(await world.db.query('select views from product_interest')).toEqual([{ views: 2 }])
  })

  test('the roll-up knows the first and last view, the last price and when all of it was sold out', async () => {
    await using world = await worldOfInterest()
    const { view, person, products } = world
    await record(world, [
      view({ sourceKey: 'b', at: after(hour), priceMinor: 1100, isWholeProductSoldOut: false }),
      view({ sourceKey: 'a', at: someMonday }),
    ])
    await record(world, [view({ sourceKey: 'c', at: after(minute), priceMinor: null })])
    expect(await world.db.query('select * from product_interest')).toEqual([
      {
        personId: person,
        productId: products[0],
        shopId: world.shopId,
        firstAt: someMonday,
        lastAt: after(hour),
        lastSoldOutAt: after(minute),
        views: 3,
        lastPriceMinor: 1100,
      },
    ])
  })

  test('in any order, in any batches, any number of times, the roll-up is what the views say', async () => {
    await using world = await worldOfInterest()
    const { products, view } = world
    const others = [await world.meet([customer(1)]), await world.meet([customer(2)])]
    const one = fc.record({
      personId: fc.constantFrom(...others),
      productId: fc.constantFrom(...products),
      isWholeProductSoldOut: fc.boolean(),
      priceMinor: fc.integer({ min: 1, max: 9999 }),
    })
    const stories = fc.array(one, { minLength: 1, maxLength: 12 }).chain((drafts) => {
      const views = drafts.map((draft, nth) =>
        view({ ...draft, sourceKey: `v${nth}`, at: after(nth * minute) }),
      )
      const told = fc.array(fc.array(fc.constantFrom(...views), { maxLength: 6 }), { maxLength: 6 })
      return fc.tuple(fc.constant(views), told, fc.shuffledSubarray(views, { minLength: views.length }))
    })
    await fc.assert(
      fc.asyncProperty(stories, async ([views, batches, rest]) => {
        for (const batch of [...batches, rest]) await record(world, batch)
        const rows = await world.db.query('select * from product_interest order by person_id, product_id')
        await world.db.execute('truncate product_interest, product_views')
        expect(rows).toEqual(rollUp(views))
      }),
      { numRuns: 60 },
    )
  })

  test('batches about the same things at the same moment count each view once', async () => {
    await using world = await worldOfInterest()
    const views = Array.from({ length: 30 }, (_, nth) =>
      world.view({ sourceKey: `v${nth}`, productId: world.products[nth % 2]!, at: after(nth * minute) }),
    )
    await Promise.all(
      [views, views.toReversed(), views.slice(10), views.slice(0, 20).toReversed()].map((batch) =>
        record(world, batch),
      ),
    )
    expect(await world.db.query('select views from product_interest')).toEqual([{ views: 15 }, { views: 15 }])
  })
})

function rollUp(views: NewView[]): unknown[] {
  const groups = new Map<string, NewView[]>()
  for (const view of views) {
    const key = `${view.personId}:${view.productId}`
    groups.set(key, [...(groups.get(key) ?? []), view])
  }
  return [...groups.values()]
    .map((group) => {
      const times = group.map((view) => view.at.getTime())
      const soldOut = group.filter((view) => view.isWholeProductSoldOut).map((view) => view.at.getTime())
      const last = group.find((view) => view.at.getTime() === Math.max(...times))!
      return {
        personId: last.personId,
        productId: last.productId,
        shopId: last.shopId,
        firstAt: new Date(Math.min(...times)),
        lastAt: last.at,
        lastSoldOutAt: soldOut.length === 0 ? null : new Date(Math.max(...soldOut)),
        views: group.length,
        lastPriceMinor: last.priceMinor,
      }
    })
    .sort((a, b) => a.personId - b.personId || a.productId - b.productId)
}

describe('alerts', () => {
  const ask = (
    world: Awaited<ReturnType<typeof worldOfInterest>>,
    at: Date,
    more: { personId?: number; anyVariation?: boolean } = {},
  ) =>
    world.db.transaction((tx) =>
      addAlert(tx, {
        shopId: world.shopId,
        personId: world.person,
        productId: world.products[0]!,
        kind: 'back_in_stock',
        anyVariation: false,
        source: 'chat',
        wording: 'tell me\u0000 when',
        now: at,
        expiresAt: new Date(at.getTime() + 90 * day),
        ...more,
      }),
    )

  test('asking again renews the one that is open, which keeps its place in the line', async () => {
    await using world = await worldOfInterest()
    const first = await ask(world, someMonday)
    const again = await ask(world, after(day), { anyVariation: true })

    expect(first.isNew).toBe(true)
    expect(again).toEqual({ alertId: first.alertId, isNew: false })
    expect(await listOpenAlerts(world.db, world.person, after(day))).toMatchObject([
      { id: first.alertId, anyVariation: true, askedAt: someMonday, expiresAt: after(91 * day) },
    ])
    expect(await world.db.query('select alert_id, purpose, wording from consent_log')).toEqual([
      { alertId: first.alertId, purpose: 'alert', wording: 'tell me when' },
      { alertId: first.alertId, purpose: 'alert', wording: 'tell me when' },
    ])
  })

  test('asking at the same moment from two phones opens one', async () => {
    await using world = await worldOfInterest()
    const asked = await Promise.all([ask(world, someMonday), ask(world, someMonday), ask(world, someMonday)])
    expect(new Set(asked.map((alert) => alert.alertId)).size).toBe(1)
    expect(asked.filter((alert) => alert.isNew)).toHaveLength(1)
  })

  test('what was asked under another record of the person is theirs, too', async () => {
    await using world = await worldOfInterest()
    const other = await world.meet([bsuid('PT.1')])
    await ask(world, someMonday, { personId: other })
    await world.meet([waId('351912345678'), bsuid('PT.1')])
    expect(await listOpenAlerts(world.db, world.person, someMonday)).toHaveLength(1)
    expect(
      await world.db.transaction((tx) =>
        endAlerts(tx, { personId: world.person, reason: 'removed', now: someMonday }),
      ),
    ).toBe(1)
  })

  test('ninety days later it has run out; an answered one that did not arrive waits again', async () => {
    await using world = await worldOfInterest()
    const { alertId } = await ask(world, someMonday)
    await world.db.transaction((tx) => answerAlerts(tx, [alertId], after(day)))
    expect(await listOpenAlerts(world.db, world.person, after(day))).toEqual([])
    await world.db.transaction((tx) => reopenAlerts(tx, [alertId], after(day)))
    expect(await listOpenAlerts(world.db, world.person, after(day))).toHaveLength(1)

    expect(await expireAlerts(world.db, after(90 * day - 1))).toBe(0)
    expect(await listOpenAlerts(world.db, world.person, after(90 * day))).toEqual([])
    expect(await expireAlerts(world.db, after(90 * day))).toBe(1)
    expect(await world.db.query('select end_reason from alerts')).toEqual([{ endReason: 'expired' }])
  })

  test('an answered one stays closed where the person has asked anew meanwhile', async () => {
    await using world = await worldOfInterest()
    const first = await ask(world, someMonday)
    await world.db.transaction((tx) => answerAlerts(tx, [first.alertId], after(hour)))
    const second = await ask(world, after(day))
    await world.db.transaction((tx) => reopenAlerts(tx, [first.alertId], after(day)))
    expect(await listOpenAlerts(world.db, world.person, after(day))).toMatchObject([{ id: second.alertId }])
  })
})
