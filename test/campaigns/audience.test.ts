import { expect, test } from 'vitest'
import { audienceSchema } from '../../src/campaigns/audience.ts'
import { considerAudience } from '../../src/campaigns/back-in-stock/candidacy-store.ts'
import { backInStockSettingsSchema } from '../../src/campaigns/back-in-stock/settings.ts'
import type { Database } from '../../src/platform/database.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  insertAlert,
  insertCycle,
  insertPerson,
  insertProduct,
  insertShop,
  insertView,
  someMonday,
} from '../support/rows.ts'

const now = someMonday
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

interface Row {
  personId: number
  trigger: string
  state: string
  reason: string | null
}

async function consider(
  db: Database,
  about: { shopId: number; campaignId: number; productId: number; openedAt?: Date; isShortSpell?: boolean },
): Promise<Row[]> {
  const openedAt = about.openedAt ?? now
  const outSince = new Date(openedAt.getTime() - (about.isShortSpell === true ? 60_000 : 3_600_000))
  const cycleId = await insertCycle(db, about.shopId, about.productId, { openedAt, outSince })
  const [run] = await db.query<{ id: number }>(
    `insert into campaign_runs (shop_id, campaign_id, cycle_id, product_id, state, next_wave_at, expires_at, waves, wave_told,
       settings_version, created_at)
     values ($1, $2, $3, $4, 'new', $5, $6, 0, 0, 1, $5) returning id`,
    [
      about.shopId,
      about.campaignId,
      cycleId,
      about.productId,
      openedAt,
      new Date(openedAt.getTime() + 72 * 3_600_000),
    ],
  )
  await db.transaction((tx) =>
    considerAudience(
      tx,
      {
        shopId: about.shopId,
        campaignId: about.campaignId,
        onSince: daysAgo(100),
        settings: backInStockSettingsSchema.parse({}),
        settingsVersion: 1,
        audience: audienceSchema.parse({}),
        shopSettings: defaultShopSettings,
        now,
      },
      [run?.id ?? 0],
    ),
  )
  return db.query<Row>(
    'select person_id, trigger, state, reason from reengagement_log where cycle_id = $1 order by rank',
    [cycleId],
  )
}

test('who asked comes first, oldest first; then who looked, the longest ago first', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const [late, early, asked, askedBefore] = await Promise.all(
    [1, 2, 3, 4].map(() => insertPerson(db, shop.shopId, now)),
  )
  await insertView(db, shop.shopId, { personId: late ?? 0, productId, at: daysAgo(2) })
  await insertView(db, shop.shopId, { personId: early ?? 0, productId, at: daysAgo(20) })
  await insertView(db, shop.shopId, { personId: asked ?? 0, productId, at: daysAgo(30) })
  await insertAlert(db, shop.shopId, { personId: asked ?? 0, productId, askedAt: daysAgo(1) })
  await insertAlert(db, shop.shopId, { personId: askedBefore ?? 0, productId, askedAt: daysAgo(3) })

  expect(await consider(db, { ...shop, productId })).toEqual([
    { personId: askedBefore, trigger: 'asked', state: 'waiting', reason: null },
    { personId: asked, trigger: 'asked', state: 'waiting', reason: null },
    { personId: early, trigger: 'viewed', state: 'waiting', reason: null },
    { personId: late, trigger: 'viewed', state: 'waiting', reason: null },
  ])
})

test('a view counts for sixty days, and a view after the cycle opened is none before it', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const [old, onTime, after, both] = await Promise.all(
    [1, 2, 3, 4].map(() => insertPerson(db, shop.shopId, now)),
  )
  const openedAt = new Date(now.getTime() - 3_600_000)
  await insertView(db, shop.shopId, {
    personId: old ?? 0,
    productId,
    at: new Date(openedAt.getTime() - 60 * 86_400_000 - 1),
  })
  await insertView(db, shop.shopId, {
    personId: onTime ?? 0,
    productId,
    at: new Date(openedAt.getTime() - 60 * 86_400_000),
  })
  await insertView(db, shop.shopId, { personId: after ?? 0, productId, at: openedAt })
  await insertView(db, shop.shopId, { personId: both ?? 0, productId, at: daysAgo(3) })
  await insertView(db, shop.shopId, { personId: both ?? 0, productId, at: now })

  const rows = await consider(db, { ...shop, productId, openedAt })
  expect(rows.map((row) => row.personId)).toEqual([onTime, both])
})

test('who found it sold out in the second in which it came back looked before; who found it in stock did not', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const parentId = await insertProduct(db, shop.shopId, now, { wcId: 1, kind: 'variable' })
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 2, kind: 'variation', parentId })
  const people: number[] = []
  // One after the other: who looked at the same moment comes in the order of ids.
  for (let nth = 0; nth < 5; nth++) people.push(await insertPerson(db, shop.shopId, now))
  const [soldOut, inStock, later, again, ofParent] = people
  const openedAt = new Date(now.getTime() - 3_600_000)
  const at = (ms: number): Date => new Date(openedAt.getTime() + ms)
  const looks = (
    personId: number | undefined,
    when: Date,
    isSoldOut: boolean,
    id = productId,
  ): Promise<void> =>
    insertView(db, shop.shopId, { personId: personId ?? 0, productId: id, at: when, isSoldOut })
  await looks(soldOut, at(400), true)
  await looks(inStock, at(400), false)
  await looks(later, at(1000), true)
  await looks(again, at(999), true)
  await looks(again, at(60_000), false)
  await looks(ofParent, at(400), true, parentId)

  const rows = await consider(db, { ...shop, productId, openedAt })
  expect(rows.map((row) => row.personId)).toEqual([soldOut, ofParent, again])
})

test('everybody who must not be told is written with the reason', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const seeds = [
    { consent: 'unknown' },
    { consent: 'pending' },
    { consent: 'opted_out' },
    { metaStop: true },
    { country: 'US', sendRegions: ['US|America/New_York'] },
    {},
  ]
  const ids: number[] = []
  for (const [at, seed] of seeds.entries()) {
    const personId = await insertPerson(db, shop.shopId, now, seed)
    ids.push(personId)
    await insertView(db, shop.shopId, { personId, productId, at: daysAgo(30 - at) })
  }
  const rows = await consider(db, { ...shop, productId })
  expect(rows.map((row) => row.personId)).toEqual(ids)
  expect(rows.map((row) => row.reason)).toEqual([
    'no_consent',
    'no_consent',
    'opted_out',
    'meta_stop',
    'us_marketing_blocked',
    null,
  ])
})

test('asking is consent to that alert, without any opt-in to marketing', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const personId = await insertPerson(db, shop.shopId, now, { consent: 'unknown' })
  await insertAlert(db, shop.shopId, { personId, productId, askedAt: daysAgo(1) })
  expect(await consider(db, { ...shop, productId })).toEqual([
    { personId, trigger: 'asked', state: 'waiting', reason: null },
  ])
})

test('a short spell without stock is announced only to those who asked', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const asker = await insertPerson(db, shop.shopId, now)
  const viewer = await insertPerson(db, shop.shopId, now)
  await insertAlert(db, shop.shopId, { personId: asker, productId, askedAt: daysAgo(1) })
  await insertView(db, shop.shopId, { personId: viewer, productId, at: daysAgo(1) })
  const rows = await consider(db, { ...shop, productId, isShortSpell: true })
  expect(rows.map((row) => row.reason)).toEqual([null, 'short_spell'])
})

test('who bought it since looking is not told, unless the order was cancelled', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const productId = await insertProduct(db, shop.shopId, now, { wcId: 1 })
  const people: number[] = []
  for (const [at, order] of [
    { placedAt: daysAgo(2), counts: true },
    { placedAt: daysAgo(2), counts: false },
    { placedAt: daysAgo(9), counts: true },
  ].entries()) {
    const personId = await insertPerson(db, shop.shopId, now)
    people.push(personId)
    await insertView(db, shop.shopId, { personId, productId, at: new Date(daysAgo(5).getTime() + at) })
    await db.execute(
      `with o as (insert into orders (shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, placed_at, modified_at, created_at, updated_at)
         values ($1, $2::bigint, $2::bigint::text, 'processing', $3, $4, 'EUR', 1290, 1290, $5, $5, $5, $5) returning id)
       insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, name, quantity, total_minor) select $1, o.id, 1, 1, 'x', 1, 1290 from o`,
      [shop.shopId, 500 + at, order.counts, personId, order.placedAt],
    )
  }
  const rows = await consider(db, { ...shop, productId })
  expect(rows.map((row) => [row.personId, row.reason])).toEqual([
    [people[0], 'bought_since'],
    [people[1], null],
    [people[2], null],
  ])
})

test('a view of one size says nothing about another; a view of the sold-out parent counts for each', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const parentId = await insertProduct(db, shop.shopId, now, { wcId: 10, kind: 'variable', quantity: null })
  const small = await insertProduct(db, shop.shopId, now, { wcId: 11, kind: 'variation', parentId })
  const large = await insertProduct(db, shop.shopId, now, {
    wcId: 12,
    kind: 'variation',
    parentId,
    isInStock: false,
    quantity: 0,
  })
  const [sawSmall, sawLarge, sawParentSoldOut, sawParent, askedAny, askedParentOnly] = await Promise.all(
    Array.from({ length: 6 }, () => insertPerson(db, shop.shopId, now)),
  )
  await insertView(db, shop.shopId, { personId: sawSmall ?? 0, productId: small, at: daysAgo(5) })
  await insertView(db, shop.shopId, { personId: sawLarge ?? 0, productId: large, at: daysAgo(5) })
  await insertView(db, shop.shopId, {
    personId: sawParentSoldOut ?? 0,
    productId: parentId,
    at: daysAgo(4),
    isSoldOut: true,
  })
  await insertView(db, shop.shopId, { personId: sawParent ?? 0, productId: parentId, at: daysAgo(4) })
  await insertAlert(db, shop.shopId, {
    personId: askedAny ?? 0,
    productId: parentId,
    askedAt: daysAgo(3),
    anyVariation: true,
  })
  await insertAlert(db, shop.shopId, {
    personId: askedParentOnly ?? 0,
    productId: parentId,
    askedAt: daysAgo(3),
  })

  const rows = await consider(db, { ...shop, productId: small })
  expect(rows.map((row) => row.personId)).toEqual([askedAny, sawSmall, sawParentSoldOut])
})

test('stock kept by the parent makes all its variations one item', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const parentId = await insertProduct(db, shop.shopId, now, { wcId: 10, kind: 'variable', quantity: 3 })
  const variation = await insertProduct(db, shop.shopId, now, {
    wcId: 11,
    kind: 'variation',
    parentId,
    stockManagedBy: 'parent',
  })
  const personId = await insertPerson(db, shop.shopId, now)
  await insertView(db, shop.shopId, { personId, productId: variation, at: daysAgo(5) })
  expect((await consider(db, { ...shop, productId: parentId })).map((row) => row.personId)).toEqual([
    personId,
  ])
})

test('a view of a translation is a view of the product, and merged records are one person', async () => {
  await using db = await createTestDatabase()
  const shop = await insertShop(db, daysAgo(100))
  const english = await insertProduct(db, shop.shopId, now, { wcId: 1, itemKey: 'sku:A' })
  const spanish = await insertProduct(db, shop.shopId, now, { wcId: 2, itemKey: 'sku:A' })
  const root = await insertPerson(db, shop.shopId, now)
  const record = await insertPerson(db, shop.shopId, now, { consent: 'unknown' })
  await db.execute('update people set root_id = $1, merged_into = $1 where id = $2', [root, record])
  await insertView(db, shop.shopId, { personId: record, productId: spanish, at: daysAgo(5) })
  await insertView(db, shop.shopId, { personId: root, productId: english, at: daysAgo(4) })
  expect(await consider(db, { ...shop, productId: english })).toEqual([
    { personId: root, trigger: 'viewed', state: 'waiting', reason: null },
  ])
})
