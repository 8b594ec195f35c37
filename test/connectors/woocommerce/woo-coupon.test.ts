import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  createCoupon,
  deleteCoupon,
  findCoupon,
  hasCoupons,
  keepExpiry,
  updateCoupon,
} from '../../../src/connectors/woocommerce/woo-coupon.ts'
import { hasFixtures } from '../../support/fixtures.ts'
import { createSmallShop, type ShopAnswer } from './small-shop.ts'

const terms = {
  percentBps: 1_000,
  expiresAt: new Date('2026-12-31T23:00:00Z'),
  timeZone: 'Europe/Berlin',
}
const coupon = { ...terms, code: 'k3x9', mark: 'default:7', description: 'Ours' }

const body = (change: Record<string, unknown> = {}): ShopAnswer => ({
  status: 201,
  body: { id: 77, code: 'k3x9', date_expires_gmt: '2026-12-31T23:00:00', usage_count: 0, ...change },
})

const error = (status: number, code: string): ShopAnswer => ({
  status,
  body: { code, message: 'No.', data: { status } },
})

test('a coupon is asked for with texts for amounts, the date in the site’s zone, and our mark', async () => {
  await using shop = await createSmallShop(() => body())
  expect(await createCoupon(shop.client, coupon)).toMatchObject({ kind: 'coupon', coupon: { wcId: 77 } })
  expect(JSON.parse(shop.calls[0]!.body)).toEqual({
    code: 'k3x9',
    discount_type: 'percent',
    amount: '10.00',
    individual_use: true,
    usage_limit: 1,
    usage_limit_per_user: 1,
    description: 'Ours',
    date_expires: '2027-01-01T00:00:00',
    meta_data: [{ key: '_hub_candidacy', value: 'default:7' }],
  })
})

test.each([
  [error(400, 'woocommerce_rest_coupon_code_already_exists'), { kind: 'taken' }],
  [error(404, 'woocommerce_rest_shop_coupon_invalid_id'), { kind: 'gone' }],
  [error(401, 'woocommerce_rest_cannot_create'), { kind: 'refused', isForbidden: true }],
  [error(404, 'rest_no_route'), { kind: 'refused', isForbidden: true }],
  [error(400, 'rest_invalid_param'), { kind: 'refused', isForbidden: false }],
  [error(500, 'internal_server_error'), { kind: 'unavailable' }],
  [error(429, 'too_many'), { kind: 'unavailable' }],
  [
    { status: 200, text: '<html>Hello</html>' },
    { kind: 'unavailable', reason: 'html_body' },
  ],
  [{ status: 403, text: '<html>Who are you?</html>' }, { kind: 'unavailable' }],
  [{ status: 200, body: [] }, { kind: 'unavailable' }],
  [{ status: 200, body: { id: '0' } }, { kind: 'unavailable' }],
  [undefined, { kind: 'unavailable' }],
])('what the shop says about it, %j, means %j', async (answer, meaning) => {
  await using shop = await createSmallShop(() => answer)
  expect(await createCoupon(shop.client, coupon)).toMatchObject(meaning)
  expect(await updateCoupon(shop.client, 77, terms)).toMatchObject(meaning)
})

test('a warning of PHP in front of the answer does not hide it', async () => {
  await using shop = await createSmallShop(() => ({
    text: `<br />\n<b>Notice</b>: Undefined index\n${JSON.stringify(body()!.body)}`,
  }))
  expect(await createCoupon(shop.client, coupon)).toMatchObject({ kind: 'coupon', coupon: { wcId: 77 } })
})

test('a coupon is found by its code alone, not by one that is only like it', async () => {
  await using shop = await createSmallShop(() => ({
    body: [
      { id: 1, code: 'k3x99' },
      { id: 2, code: 'K3X9', meta_data: [{ key: '_hub_candidacy', value: 'default:7' }] },
    ],
  }))
  expect(await findCoupon(shop.client, 'k3x9')).toMatchObject({ coupon: { wcId: 2, mark: 'default:7' } })
  expect(await findCoupon(shop.client, 'k3')).toEqual({ kind: 'gone' })
})

test('it is deleted past the trash, and being gone already is as good', async () => {
  await using shop = await createSmallShop(({ path }) =>
    path.endsWith('/1') ? body() : error(404, 'woocommerce_rest_shop_coupon_invalid_id'),
  )
  expect(await deleteCoupon(shop.client, 1)).toEqual({ kind: 'deleted' })
  expect(await deleteCoupon(shop.client, 2)).toEqual({ kind: 'deleted' })
  expect(shop.calls.map(({ method, query }) => [method, query.get('force')])).toEqual([
    ['DELETE', 'true'],
    ['DELETE', 'true'],
  ])
})

const written = (expiresAt: Date | null) => ({
  wcId: 77,
  code: 'k3x9',
  expiresAt,
  usageCount: 0,
  mark: null,
})

test('a date that came out otherwise is written again by as much as it was off', async () => {
  await using shop = await createSmallShop(() => body())
  const offByFive = written(new Date('2027-01-01T04:00:00Z'))
  expect(await keepExpiry(shop.client, offByFive, terms)).toMatchObject({ kind: 'coupon' })
  expect(shop.calls.map((call) => JSON.parse(call.body) as unknown)).toEqual([
    { date_expires: '2026-12-31T19:00:00' },
  ])
})

test('a date that was dropped, or stays another whatever is written, is no coupon to promise', async () => {
  await using shop = await createSmallShop(() => body({ date_expires_gmt: '2026-12-24T00:00:00' }))
  expect(await keepExpiry(shop.client, written(null), terms)).toMatchObject({ kind: 'unavailable' })
  expect(shop.calls).toHaveLength(0)
  const early = written(new Date('2026-12-24T00:00:00Z'))
  expect(await keepExpiry(shop.client, early, terms)).toMatchObject({ kind: 'unavailable' })
  expect(shop.calls).toHaveLength(2)
})

test('in the hour that comes twice the later one will do, an earlier end will not', async () => {
  await using later = await createSmallShop(() => body({ date_expires_gmt: '2027-01-01T00:00:00' }))
  expect(await keepExpiry(later.client, written(new Date('2026-12-31T22:00:00Z')), terms)).toMatchObject({
    kind: 'coupon',
  })
  await using earlier = await createSmallShop(() => body({ date_expires_gmt: '2026-12-31T22:00:00' }))
  expect(await keepExpiry(earlier.client, written(new Date('2026-12-31T22:00:00Z')), terms)).toMatchObject({
    kind: 'unavailable',
  })
})

test('coupons count as switched off only where the shop says so', async () => {
  const say = async (answer: ShopAnswer): Promise<boolean> => {
    await using shop = await createSmallShop(() => answer)
    return await hasCoupons(shop.client)
  }
  expect(await say({ body: { id: 'woocommerce_enable_coupons', value: 'no' } })).toBe(false)
  expect(await say({ body: { id: 'woocommerce_enable_coupons', value: 'yes' } })).toBe(true)
  expect(await say(error(401, 'woocommerce_rest_cannot_view'))).toBe(true)
})

test.skipIf(!hasFixtures())('what a real shop has answered is understood', async () => {
  const recorded = (name: string): ShopAnswer => {
    const folder = join(process.env.FIXTURES_DIR ?? '../shared/fixtures', 'woocommerce-rest')
    const { response } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      response: { status: number; body: unknown }
    }
    return { status: response.status, body: response.body }
  }
  const answerOf = async (name: string, code?: string) => {
    await using shop = await createSmallShop(() => recorded(name))
    return code === undefined ? await createCoupon(shop.client, coupon) : await findCoupon(shop.client, code)
  }
  const known = { wcId: 77, code: 'hub-k3x9', expiresAt: new Date('2026-12-31T22:59:59Z'), usageCount: 0 }
  expect(await answerOf('25-coupon-create.json')).toEqual({
    kind: 'coupon',
    coupon: { ...known, mark: null },
  })
  expect(await answerOf('26-coupon-create-gmt-dropped.json')).toMatchObject({ coupon: { expiresAt: null } })
  expect(await answerOf('27-coupon-duplicate.json')).toEqual({ kind: 'taken' })
  expect(await answerOf('28-coupon-by-code.json', 'HUB-K3X9')).toMatchObject({ coupon: known })
})
