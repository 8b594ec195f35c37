import { expect, test } from 'vitest'
import { createWorld, type World } from './sandbox-world.ts'

const billing = { email: 'rita@example.com' }

async function worldWithCoupon(change: Record<string, unknown> = {}): Promise<World> {
  const world = await createWorld({ options: { timeZone: 'Europe/Berlin' } })
  await world.sandbox.shop.addProduct({ name: 'Mug', sku: 'MUG', regular_price: '20.00' })
  await world.woo('POST', 'coupons', {
    code: 'hub-1',
    discount_type: 'percent',
    amount: '10',
    usage_limit: 1,
    usage_limit_per_user: 1,
    ...change,
  })
  return world
}

const order = (world: World, email = billing.email) =>
  world.woo('POST', 'orders', {
    billing: { email },
    line_items: [{ product_id: 1, quantity: 1 }],
    coupon_lines: [{ code: 'HUB-1' }],
  })

const coupon = async (world: World) =>
  (await world.woo('GET', 'coupons?code=hub-1')).body[0] as { id: number }

test('a coupon for one use is refused the second time, and good again when the order is cancelled', async () => {
  await using world = await worldWithCoupon()
  const first = await order(world)
  expect(first.body).toMatchObject({ total: '18.00', coupon_lines: [{ code: 'hub-1', discount: '2.00' }] })
  expect(await coupon(world)).toMatchObject({ usage_count: 1, used_by: ['rita@example.com'] })

  const second = await order(world, 'other@example.com')
  expect([second.status, second.body.code]).toEqual([400, 'woocommerce_rest_invalid_coupon'])

  await world.sandbox.shop.setOrderStatus(Number(first.body.id), 'cancelled')
  expect(await coupon(world)).toMatchObject({ usage_count: 0, used_by: [] })
  expect((await order(world, 'other@example.com')).status).toBe(201)
})

test('one person uses it once, others may go on', async () => {
  await using world = await worldWithCoupon({ usage_limit: 5 })
  expect((await order(world)).status).toBe(201)
  expect((await order(world)).body.code).toBe('woocommerce_rest_invalid_coupon')
  expect((await order(world, 'other@example.com')).status).toBe(201)
})

test('it is good until the second in which it expires, by the clock of the shop’s zone', async () => {
  await using world = await worldWithCoupon({ usage_limit: 9, usage_limit_per_user: 9 })
  await world.woo('PUT', `coupons/${(await coupon(world)).id}`, { date_expires: '2026-12-31T00:00:00' })
  world.clock.set(new Date('2026-12-30T23:00:00Z'))
  expect((await order(world)).status).toBe(201)
  world.clock.set(new Date('2026-12-30T23:00:01Z'))
  expect((await order(world)).body).toMatchObject({
    code: 'woocommerce_rest_invalid_coupon',
    message: 'This coupon has expired.',
  })
})

test('an unknown code, a deleted one and too small an order are refused; nothing is ordered', async () => {
  await using world = await worldWithCoupon({ minimum_amount: '20.01' })
  expect((await order(world)).body.code).toBe('woocommerce_rest_invalid_coupon')
  const { id } = await coupon(world)
  await world.woo('DELETE', `coupons/${id}?force=true`)
  expect((await order(world)).body.code).toBe('woocommerce_rest_invalid_coupon')
  expect(world.sandbox.shop.orders()).toEqual([])
  expect((await world.woo('DELETE', `coupons/${id}?force=true`)).body.code).toBe(
    'woocommerce_rest_shop_coupon_invalid_id',
  )
})

test('a buyer in the storefront is refused alike, and has no field for codes where coupons are switched off', async () => {
  await using world = await worldWithCoupon()
  const checkout = () =>
    world.sandbox.shop.checkout({
      items: [{ product: 'MUG', quantity: 1 }],
      billing,
      couponCodes: ['HUB-1'],
    })
  expect((await checkout()).coupons).toMatchObject([{ code: 'hub-1', discountMinor: 200 }])
  await expect(checkout()).rejects.toThrow('as often as it may be')

  world.sandbox.shop.setCouponsEnabled(false)
  const setting = await world.woo('GET', 'settings/general/woocommerce_enable_coupons')
  expect(setting.body).toMatchObject({ value: 'no' })
  expect((await checkout()).coupons).toEqual([])
})

test('calls go wrong as they are told to: undone, or done without an answer', async () => {
  await using world = await worldWithCoupon()
  const { shop } = world.sandbox
  shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'error_500', times: 1 }])
  const failed = await world.woo('POST', 'coupons', { code: 'a' })
  expect([failed.status, failed.body.code]).toEqual([500, 'internal_server_error'])
  expect((await world.woo('POST', 'coupons', { code: 'b' })).status).toBe(201)
  shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'cut', isDone: true }])
  await expect(world.woo('POST', 'coupons', { code: 'c' })).rejects.toThrow()
  shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'no_route' }])
  expect((await world.woo('POST', 'coupons', { code: 'd' })).body.code).toBe('rest_no_route')
  expect(shop.coupons().map(({ code }) => code)).toEqual(['hub-1', 'b', 'c'])
})
