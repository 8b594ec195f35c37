import { expect, test } from 'vitest'
import { isSignedBy } from '../../src/connectors/woocommerce/signature.ts'
import { createWorld, type World } from './sandbox-world.ts'

const allTopics = ['product', 'order'].flatMap((resource) =>
  ['created', 'updated', 'deleted', 'restored'].map((event) => `${resource}.${event}`),
)
const topics = [...allTopics, 'customer.created', 'customer.updated', 'coupon.created']

/** A variable product with a size of its own stock and one that its parent counts; a mug with three pieces. */
async function createShop(given: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld({ topics, ...given })
  const { shop } = world.sandbox
  const mug = (
    await shop.addProduct({
      name: 'Mug',
      sku: 'MUG',
      regular_price: '5',
      manage_stock: true,
      stock_quantity: 3,
    })
  ).id
  const shirt = (
    await shop.addProduct({ type: 'variable', name: 'Shirt', manage_stock: true, stock_quantity: 12 })
  ).id
  const small = (
    await shop.addVariation(shirt, {
      regular_price: '19',
      manage_stock: true,
      stock_quantity: 4,
      attributes: [{ name: 'Size', option: 'S' }],
    })
  ).id
  const medium = (
    await shop.addVariation(shirt, { regular_price: '19', attributes: [{ name: 'Size', option: 'M' }] })
  ).id
  const customer = (await shop.addCustomer({ email: 'rita@example.com', first_name: 'Rita' })).id
  await world.sandbox.settle()
  world.clock.advance(60_000)
  world.receiver.received.length = 0
  return Object.assign(world, { shop, mug, shirt, small, medium, customer })
}

/** What came since the last time somebody looked. */
function news(world: World): string[] {
  const seen = world.receiver.woo()
  world.receiver.received.length = 0
  return seen
}

test('a delivery has WooCommerce’s headers, a signature over its bytes, and the payload of the REST interface', async () => {
  await using world = await createShop()
  await world.shop.changeProduct(world.mug, { name: 'Caneca azulejo/azul é' })
  const [{ headers, body }] = world.receiver.received as [World['receiver']['received'][number]]
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)',
    'x-wc-webhook-source': `${world.sandbox.storeUrl}/`,
    'x-wc-webhook-topic': 'product.updated',
    'x-wc-webhook-resource': 'product',
    'x-wc-webhook-event': 'updated',
    'x-wc-webhook-id': '2',
    'x-wc-webhook-delivery-id': expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  expect(isSignedBy('woo-secret', Buffer.from(body), headers['x-wc-webhook-signature'])).toBe(true)
  expect(body).toContain(String.raw`azulejo\/azul \u00e9`)
  const { related_ids: _delivered, ...delivered } = JSON.parse(body) as Record<string, unknown>
  const { related_ids: _rest, ...rest } = (await world.woo('GET', `products/${world.mug}`)).body as Record<
    string,
    unknown
  >
  expect(delivered).toEqual(rest)
})

test('all deliveries of one webhook within a second share one delivery id', async () => {
  await using world = await createShop()
  const idsOf = () => world.receiver.received.map(({ headers }) => headers['x-wc-webhook-delivery-id'])
  await world.woo('POST', 'products/batch', {
    update: [world.mug, world.shirt].map((id) => ({ id, name: 'New' })),
  })
  expect(new Set(idsOf()).size).toBe(1)
  expect(news(world)).toEqual([`product.updated ${world.mug}`, `product.updated ${world.shirt}`])
  world.clock.advance(1_000)
  await world.shop.setStock(world.mug, 1)
  await world.shop.addProduct({ name: 'Another' })
  expect(new Set(idsOf()).size).toBe(2)
})

test('any save tells, with a change or without; a draft is told of too', async () => {
  await using world = await createShop()
  await world.woo('PUT', `products/${world.mug}`, { stock_quantity: 3 })
  await world.woo('PUT', `products/${world.mug}`, { status: 'draft' })
  expect(news(world)).toEqual([`product.updated ${world.mug}`, `product.updated ${world.mug}`])
})

test('a save without a change still moves the time', async () => {
  await using world = await createShop()
  await world.woo('PUT', `products/${world.mug}`, {})
  const [{ body }] = world.receiver.received as [World['receiver']['received'][number]]
  expect(JSON.parse(body)).toMatchObject({ date_modified_gmt: '2026-03-02T09:01:00' })
})

test('an object that is saved twice in one request is delivered once', async () => {
  await using world = await createShop()
  const { mug } = world
  await world.woo('POST', 'products/batch', {
    update: [1, 2].map((stock_quantity) => ({ id: mug, stock_quantity })),
  })
  expect(JSON.parse(world.receiver.received[0]!.body)).toMatchObject({ stock_quantity: 2 })
  expect(news(world)).toEqual([`product.updated ${mug}`])
})

test('a variation comes by itself, dressed as a product, and its parent says nothing', async () => {
  await using world = await createShop()
  await world.shop.setStock(world.small, 0)
  const payload = JSON.parse(world.receiver.received[0]!.body) as Record<string, unknown>
  expect(news(world)).toEqual([`product.updated ${world.small}`])
  expect(payload).toMatchObject({
    id: world.small, type: 'variation', parent_id: world.shirt, name: 'Shirt - S', variations: [], categories: [], total_sales: '0',
    attributes: [{ name: 'Size', option: 'S' }], stock_quantity: 0, stock_status: 'outofstock',
  }) // prettier-ignore
})

test('the parent’s own state follows its last variation without an event or a new time', async () => {
  await using world = await createShop()
  const { shop, shirt, small, medium } = world
  await shop.changeProduct(shirt, { manage_stock: false })
  await shop.changeProduct(medium, { stock_status: 'outofstock' })
  news(world)
  const before = shop.product(shirt)
  world.clock.advance(60_000)
  await shop.setStock(small, 0)
  expect(news(world)).toEqual([`product.updated ${small}`])
  expect(before.stockStatus).toBe('instock')
  expect(shop.product(shirt)).toMatchObject({ stockStatus: 'outofstock', modifiedMs: before.modifiedMs })
})

test('stock that the parent counts is told by the parent alone', async () => {
  await using world = await createShop()
  await world.shop.checkout({ items: [{ product: world.medium, quantity: 2 }] })
  expect(news(world).filter((line) => line.startsWith('product'))).toEqual([`product.updated ${world.shirt}`])
  expect(world.shop.product(world.shirt).stockQuantity).toBe(10)
})

test('wp-admin’s form for a variation sends the parent first, as it was before', async () => {
  await using world = await createShop()
  const { shop, shirt, small, medium } = world
  await shop.changeProduct(shirt, { manage_stock: false })
  await shop.changeProduct(medium, { stock_status: 'outofstock' })
  await shop.setStock(small, 0)
  world.receiver.received.length = 0
  await shop.editVariationInAdmin(small, { stock_quantity: 4 })
  const [parent, variation] = world.receiver.received.map(
    ({ body }) => JSON.parse(body) as { id: number; stock_status: string },
  )
  expect([parent, variation]).toMatchObject([{ id: shirt, stock_status: 'outofstock' }, { id: small, stock_status: 'instock' }]) // prettier-ignore
})

test('an order by REST is created, updated, and then takes its stock', async () => {
  await using world = await createShop()
  const { mug, small } = world
  const order = { status: 'processing', line_items: [{ product_id: mug, quantity: 1 }, { product_id: world.shirt, variation_id: small, quantity: 1 }] } // prettier-ignore
  const { id } = (await world.woo('POST', 'orders', order)).body as { id: number }
  expect(news(world)).toEqual([
    `order.created ${id}`,
    `order.updated ${id}`,
    `product.updated ${mug}`,
    `product.updated ${small}`,
  ])
  await world.woo('PUT', `orders/${id}`, { status: 'cancelled' })
  expect(news(world)).toEqual([`order.updated ${id}`, `product.updated ${mug}`, `product.updated ${small}`])
  const pending = (await world.woo('POST', 'orders', { ...order, status: 'pending' })).body as { id: number }
  expect(news(world)).toEqual([`order.created ${pending.id}`, `order.updated ${pending.id}`])
})

test('an order by the storefront is updated before it is created, both showing how it ended', async () => {
  await using world = await createShop()
  const { id } = await world.shop.checkout({
    items: [{ product: 'MUG', quantity: 1 }],
    billing: { email: 'guest@example.com' },
  })
  const bodies = world.receiver.received
    .slice(0, 2)
    .map(({ body }) => (JSON.parse(body) as { status: string }).status)
  expect(bodies).toEqual(['processing', 'processing'])
  expect(news(world)).toEqual([`order.updated ${id}`, `order.created ${id}`, `product.updated ${world.mug}`])
  const own = await world.shop.checkout({
    items: [{ product: 'MUG', quantity: 1 }],
    customerId: world.customer,
  })
  expect(news(world)).toEqual([
    `order.updated ${own.id}`,
    `customer.updated ${world.customer}`,
    `order.created ${own.id}`,
    `product.updated ${world.mug}`,
  ])
})

test('the block checkout delivers an error in place of everything when webhooks are synchronous', async () => {
  await using world = await createShop()
  await world.shop.checkout({ items: [{ product: 'MUG', quantity: 1 }], by: 'block' })
  expect(news(world)).toEqual([
    'order.updated rest_no_route',
    'order.created rest_no_route',
    'product.updated rest_no_route',
  ])
})

test('a refund with its pieces put back tells the product first; without, and by status alone, only the order', async () => {
  await using world = await createShop()
  const { shop, mug } = world
  const items = [{ product: mug, quantity: 1 }]
  const [first, second, third] = [
    await shop.checkout({ items }),
    await shop.checkout({ items }),
    await shop.checkout({ items }),
  ]
  news(world)
  await shop.refund(first.id, {})
  expect(news(world)).toEqual([`product.updated ${mug}`, `order.updated ${first.id}`])
  await shop.refund(second.id, { restock: false })
  expect(news(world)).toEqual([`order.updated ${second.id}`])
  await shop.setOrderStatus(third.id, 'refunded')
  expect(news(world)).toEqual([`order.updated ${third.id}`])
  expect(shop.product(mug).stockQuantity).toBe(1)
})

test('the trash sends the id alone, a family its variations first; restoring updates only the product itself', async () => {
  await using world = await createShop()
  const { shop, mug, shirt, small, medium } = world
  await shop.trash(mug)
  expect(world.receiver.received[0]?.body).toBe(`{"id":${mug}}`)
  expect(news(world)).toEqual([`product.deleted ${mug}`])
  await shop.changeProduct(mug, { name: 'Changed in the trash' })
  expect(JSON.parse(world.receiver.received[0]!.body)).toMatchObject({ id: mug, status: 'trash' })
  news(world)
  await shop.restore(mug)
  expect(news(world)).toEqual([`product.updated ${mug}`, `product.restored ${mug}`])
  await shop.trash(shirt)
  const deliveryIds = world.receiver.received.map(({ headers }) => headers['x-wc-webhook-delivery-id'])
  expect(new Set(deliveryIds).size).toBe(1)
  expect(news(world)).toEqual([medium, small, shirt].map((id) => `product.deleted ${id}`))
  await shop.restore(shirt)
  expect(news(world)).toEqual([
    `product.restored ${medium}`,
    `product.restored ${small}`,
    `product.updated ${shirt}`,
    `product.restored ${shirt}`,
  ])
})

test('what is deleted for good is never told', async () => {
  await using world = await createShop()
  await world.woo('DELETE', `products/${world.mug}?force=true`)
  await world.shop.deleteForever(world.small)
  await world.shop.trash(world.shirt)
  news(world)
  await world.shop.deleteForever(world.shirt)
  expect(news(world)).toEqual([])
})

test('a customer is created and updated at once; a coupon’s code comes in small letters', async () => {
  await using world = await createShop()
  const { id } = await world.shop.addCustomer({ email: 'rui@example.com' })
  expect(news(world)).toEqual([`customer.created ${id}`, `customer.updated ${id}`])
  await world.woo('POST', 'coupons', { code: 'SUMMER' })
  expect(world.receiver.received.map(({ body }) => (JSON.parse(body) as { code: string }).code)).toEqual([
    'summer',
  ])
})

test('a new webhook pings unsigned, and after each delivery again until a ping was answered exactly 200', async () => {
  await using world = await createWorld()
  const { shop } = world.sandbox
  world.receiver.answers.push(204)
  await world.woo('POST', 'webhooks', {
    topic: 'product.updated',
    delivery_url: `${world.receiver.url}/woo`,
    secret: 'abc',
  })
  const [{ headers, body }] = world.receiver.received as [World['receiver']['received'][number]]
  expect([body, headers['content-type']]).toEqual(['webhook_id=1', 'application/x-www-form-urlencoded'])
  expect(Object.keys(headers).filter((name) => name.startsWith('x-wc'))).toEqual([])
  await shop.addProduct({ name: 'Mug' })
  world.receiver.answers.push(200, 401)
  await shop.setPrice(1, { regular: '5' })
  await shop.setPrice(1, { regular: '6' })
  await shop.setPrice(1, { regular: '7' })
  expect(world.receiver.woo()).toEqual([
    'ping 1',
    'product.updated 1',
    'ping 1',
    'product.updated 1',
    'ping 1',
    'product.updated 1',
  ])
  expect(shop.webhooks()[0]).toMatchObject({ status: 'active', failureCount: 0 })
})

test('a failed delivery is never repeated; the seventh failure in a row disables, and nothing tells of the gap', async () => {
  await using world = await createWorld({ topics: ['product.updated'] })
  const { shop } = world.sandbox
  await shop.addProduct({ name: 'Mug', manage_stock: true })
  const touch = (stock: number) => shop.setStock(1, stock)
  world.receiver.answers.push(500, 303, 404, 401, 500, 500)
  for (let stock = 1; stock <= 6; stock++) await touch(stock)
  expect(shop.webhooks()[0]).toMatchObject({ status: 'active', failureCount: 6 })
  world.receiver.answers.push(500)
  await touch(7)
  expect(shop.webhooks()[0]).toMatchObject({ status: 'disabled', failureCount: 6 })
  await touch(8)
  expect(news(world)).toHaveLength(7)

  // Activated again it keeps its count: one more failure disables it.
  await world.woo('PUT', 'webhooks/1', { status: 'active' })
  world.receiver.answers.push(500)
  await touch(9)
  expect(shop.webhooks()[0]?.status).toBe('disabled')
  await world.woo('PUT', 'webhooks/1', { status: 'active' })
  world.receiver.answers.push(302)
  await touch(10)
  expect(shop.webhooks()[0]).toMatchObject({ status: 'active', failureCount: 0 })
  expect((await world.woo('GET', 'webhooks/1')).body).not.toHaveProperty('failure_count')
})

test('asynchronous deliveries wait for the queue, one per webhook and object, and show the state of then', async () => {
  await using world = await createShop()
  const { shop, mug } = world
  shop.setWebhookMode('async')
  await shop.setStock(mug, 0)
  const order = await shop.checkout({ items: [{ product: world.small, quantity: 1 }], by: 'block' })
  await shop.setStock(mug, 5)
  await shop.setOrderStatus(order.id, 'cancelled')
  const gone = await shop.addProduct({ name: 'Short-lived' })
  await shop.deleteForever(gone.id)
  expect(news(world)).toEqual([])
  expect(await shop.runQueue()).toBe(5)
  const bodies = world.receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  expect(news(world)).toEqual([
    `product.updated ${mug}`, `order.updated ${order.id}`, `order.created ${order.id}`, `product.updated ${world.small}`,
    'product.created woocommerce_rest_product_invalid_id',
  ]) // prettier-ignore
  expect(bodies[0]).toMatchObject({ stock_quantity: 5 })
  expect(bodies[2]).toMatchObject({ status: 'cancelled' })
  expect(bodies[4]).toEqual({
    code: 'woocommerce_rest_product_invalid_id',
    message: 'Invalid ID.',
    data: { status: 404 },
  })
})

test('a failed asynchronous delivery is gone, and a paused webhook still delivers what was queued', async () => {
  await using world = await createWorld({ topics: ['product.created'] })
  const { shop } = world.sandbox
  shop.setWebhookMode('async')
  world.receiver.answers.push(500)
  await shop.addProduct({ name: 'One' })
  await shop.runQueue()
  await shop.addProduct({ name: 'Two' })
  await world.woo('PUT', 'webhooks/1', { status: 'paused' })
  await shop.addProduct({ name: 'Three' })
  await world.sandbox.settle()
  expect(world.receiver.woo()).toEqual(['product.created 1', 'product.created 2'])
})

test('a sale begins and ends by the clock, each time with an event; at its end the price alone tells the truth', async () => {
  await using world = await createShop()
  const { shop, mug } = world
  await shop.changeProduct(mug, {
    sale_price: '4',
    date_on_sale_from_gmt: '2026-03-03T00:00:00',
    date_on_sale_to_gmt: '2026-03-04T00:00:00',
  })
  const tell = () =>
    world.receiver.received
      .splice(0)
      .map(({ body }) => JSON.parse(body) as { price: string; on_sale: boolean })
  expect(tell()).toMatchObject([{ price: '5', sale_price: '4', on_sale: false }])
  world.clock.set(new Date('2026-03-03T00:00:00Z'))
  await shop.runDueSales()
  await shop.runDueSales()
  expect(tell()).toMatchObject([{ price: '4', on_sale: true }])
  world.clock.set(new Date('2026-03-04T00:00:00Z'))
  await shop.runDueSales()
  expect(tell()).toMatchObject([{ price: '5', sale_price: '4', on_sale: true }])
})

test('webhooks with an unknown topic or no address are refused, and deleting them needs force', async () => {
  await using world = await createWorld()
  const make = (given: Record<string, string>) => world.woo('POST', 'webhooks', given)
  expect((await make({ topic: 'thing.updated', delivery_url: 'http://x.example' })).body.code).toBe(
    'woocommerce_rest_shop_webhook_invalid_topic',
  )
  expect((await make({ topic: 'order.created', delivery_url: 'nowhere' })).body.code).toBe(
    'woocommerce_rest_shop_webhook_invalid_delivery_url',
  )
  const made = await make({
    topic: 'order.created',
    delivery_url: `${world.receiver.url}/woo`,
    secret: 'abc',
  })
  expect([made.status, made.headers.get('location')]).toEqual([
    201,
    `${world.sandbox.storeUrl}/wp-json/wc/v3/webhooks/${made.body.id}`,
  ])
  expect(JSON.stringify(made.body)).not.toContain('abc"')
  expect((await world.woo('DELETE', `webhooks/${made.body.id}`)).status).toBe(501)
  expect((await world.woo('DELETE', `webhooks/${made.body.id}?force=true`)).status).toBe(200)
  expect(world.sandbox.shop.webhooks()).toEqual([])
})
