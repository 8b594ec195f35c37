import pino from 'pino'
import { expect, test } from 'vitest'
import { createOrderPersonFinder } from '../../src/app-person-of-order.ts'
import { continueImports, type ImportDeps } from '../../src/catalog/import/continue-imports.ts'
import { findLatestImport, startImport } from '../../src/catalog/import/import-store.ts'
import { applyOrderVersion } from '../../src/orders/apply-order-version.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createCatalogWorld } from '../catalog/catalog-world.ts'
import { createSmallShop, type ShopAnswer, type ShopCall } from '../connectors/woocommerce/small-shop.ts'
import { someMonday } from '../support/rows.ts'

const dates = { date_created_gmt: '2026-01-01T10:00:00', date_modified_gmt: '2026-01-02T10:00:00' }

// 250 orders: three pages. Among them what shops really send.
const orders: Record<string, unknown>[] = Array.from({ length: 250 }, (_, nth) => ({
  id: 500 + nth,
  number: String(500 + nth),
  status: 'completed',
  currency: 'EUR',
  total: '12.30',
  customer_id: 0,
  billing: { phone: `+3519120${10_000 + nth}`, email: `c${nth}@example.test`, country: 'PT' },
  line_items: [{ id: nth + 1, product_id: 1, quantity: 1, total: '10.00' }],
  ...dates,
}))
const odd: [number, Record<string, unknown>, string | null][] = [
  [3, { currency: 'ZZZ' }, 'unknown_currency'],
  [4, { currency: '€' }, 'no_currency'],
  [5, { total: 'a lot' }, 'unreadable_total'],
  [6, { date_created_gmt: '0000-00-00 00:00:00', date_modified_gmt: null }, 'no_date_created_gmt'],
  [7, { id: 'x' }, 'no_id'],
  [8, { billing: null }, null],
  [9, { billing: { phone: '12', email: '' } }, null],
  [10, { line_items: 'none' }, null],
  [11, { currency: 'USD' }, null],
  [
    12,
    {
      refunds: [{ id: 1, total: '-4.10' }, { id: 2, total: '???' }, null],
      coupon_lines: [{ code: 'TEN' }, 7],
    },
    null,
  ],
  [150, { total: '-5.00', status: 'weird-status' }, null],
]
for (const [nth, change] of odd) orders[nth] = { ...orders[nth], ...change }

test('400 days of orders come in page by page; what cannot be read, and a shop in trouble, are told with their reasons', async () => {
  await using world = await createCatalogWorld()
  const troubles: ShopAnswer[] = []
  await using shop = await createSmallShop((call: ShopCall): ShopAnswer => {
    if (!call.path.endsWith('/orders')) return { body: [], headers: { 'x-wp-totalpages': '0' } }
    const page = Number(call.query.get('page'))
    const trouble = page === 2 ? troubles.pop() : undefined
    if (trouble !== undefined) return trouble
    const size = Number(call.query.get('per_page'))
    return {
      body: orders.slice((page - 1) * size, page * size),
      headers: { 'x-wp-total': '250', 'x-wp-totalpages': String(Math.ceil(250 / size)) },
    }
  })
  const clock = createStandingClock(someMonday)
  const random = createSeededRandom(3)
  const findPerson = createOrderPersonFinder({ random, links: createLinkTokens(Buffer.alloc(32)) })
  const deps: ImportDeps = {
    ...world.deps,
    db: world.db,
    clock,
    log: pino({ level: 'silent' }),
    loadShop: async () => world.shop,
    wooClientOf: async () => shop.client,
    importCustomer: async () => undefined,
    importOrder: async (tx, shopId, order, now) => {
      await applyOrderVersion(tx, { findPerson }, shopId, { order, now })
    },
  }
  const goOn = async (): Promise<void> => {
    while ((await continueImports(deps)) > 0);
  }
  const html: ShopAnswer = {
    text: '<html>Checking your browser…</html>',
    headers: { 'content-type': 'text/html' },
  }
  const error: ShopAnswer = {
    status: 500,
    body: { code: 'internal_server_error', message: 'There has been a critical error' },
  }
  troubles.push(...Array.from({ length: 3 }, () => html), error)

  await world.db.transaction((tx) => startImport(tx, world.shop.id, someMonday))
  await goOn()
  const halfway = await findLatestImport(world.db, world.shop.id)
  expect(halfway).toMatchObject({ state: 'running', cursor: { stage: 'orders', page: 2 } })
  const savedHalfway = await world.db.query('select count(*)::int as n from orders')
  expect(savedHalfway).toEqual([{ n: 95 }])

  for (let minutes = 0; minutes < 5; minutes++) {
    clock.advance(60_000)
    await goOn()
  }
  const run = await findLatestImport(world.db, world.shop.id)
  expect(run).toMatchObject({ state: 'done', skipped: 5, done: 245 })
  const told = run?.problems.map(({ resource, wcId, reason }) => [resource, wcId, reason]) ?? []
  for (const [nth, , reason] of odd) {
    if (reason !== null)
      expect(told).toContainEqual(['orders', reason === 'no_id' ? null : 500 + nth, reason])
  }
  expect(told).toContainEqual(['orders', null, 'internal_server_error'])
  expect(told.filter(([, wcId, reason]) => wcId === null && reason !== 'no_id')).toHaveLength(2)
  expect(shop.calls.find((call) => call.path.endsWith('/orders'))?.query.get('after')).toBe(
    '2025-01-26T12:00:00',
  )

  const kept = await world.db.query(
    `select wc_id, matched_by, person_id is not null as has_person, items_minor, refunded_minor, coupon_codes, currency
     from orders where wc_id in (508, 509, 510, 511, 512) order by wc_id`,
  )
  expect(kept).toMatchObject([
    { wcId: 508, hasPerson: false, itemsMinor: 1000 },
    { wcId: 509, hasPerson: false },
    { wcId: 510, hasPerson: true, itemsMinor: 0 },
    { wcId: 511, currency: 'USD' },
    { wcId: 512, refundedMinor: 333, couponCodes: ['ten'] },
  ])
  expect(await world.db.query('select count(*)::int as n from person_purchases')).toEqual([{ n: 243 }])
}, 60_000)
