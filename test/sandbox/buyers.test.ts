import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import {
  call,
  createWorld,
  templateBody,
  templateComponents,
  templateMessage,
  wamidOf,
  type World,
} from './sandbox-world.ts'

interface Hub extends AsyncDisposable {
  url: string
  userAgents: (string | undefined)[]
}

/** Stands in for the hub's links: sends whoever comes on to the shop. */
async function startLinks(landing: () => string): Promise<Hub> {
  const userAgents: (string | undefined)[] = []
  const server = createServer((request, response) => {
    userAgents.push(request.headers['user-agent'])
    response.writeHead(302, { location: landing() }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    userAgents,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function sendLink(world: World, hub: Hub, phone: string): Promise<string> {
  const buttons = [
    { type: 'URL', text: 'Have a look', url: `${hub.url}/r/{{1}}`, example: ['abc'] },
    { type: 'QUICK_REPLY', text: 'No more of this' },
  ]
  const components = (templateBody().components as { type: string }[]).map((component) =>
    component.type === 'BUTTONS' ? { type: 'BUTTONS', buttons } : component,
  )
  await world.graph(
    'POST',
    `${world.sandbox.credentials.whatsapp.wabaId}/message_templates`,
    templateBody({ components }),
  )
  const [header, body, , optOut] = templateComponents()
  const url = { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'T0ken' }] }
  return wamidOf(await world.send(templateMessage(phone, { components: [header, body, url, optOut] })))
}

const metaOf = (order: { metaData: readonly { key: string; value: unknown }[] }): Record<string, unknown> =>
  Object.fromEntries(
    order.metaData.map(({ key, value }) => [key.replace('_wc_order_attribution_', ''), value]),
  )

test('a link is followed to the shop, and the order says by which way its buyer came', async () => {
  await using world = await createWorld({ topics: ['order.created', 'order.updated'] })
  const { shop, buyers } = world.sandbox
  const mug = await shop.addProduct({ name: 'Mug', sku: 'MUG', regular_price: '12.00' })
  const landing = `${world.sandbox.storeUrl}/product/${mug.slug}/?utm_source=whatsapp&utm_medium=campaign&utm_campaign=price_drop&utm_content=T0ken`
  await using hub = await startLinks(() => landing)
  const { phone, id } = world.person()
  const message = await sendLink(world, hub, phone)
  expect(buyers.links(message)).toEqual([`${hub.url}/r/T0ken`])

  const visit = await buyers.opens(phone)
  expect(visit).toMatchObject({ personId: id, messageId: message, landing, status: 200, isPerson: true })
  expect(hub.userAgents[0]).toContain('iPhone')
  const order = await buyers.buys(phone, { items: [{ product: 'MUG' }], status: 'pending' })
  expect(order.billing).toMatchObject({ first_name: 'Inês', phone, country: 'PT' })
  expect(metaOf(order)).toEqual({
    source_type: 'utm',
    utm_source: 'whatsapp',
    utm_medium: 'campaign',
    utm_campaign: 'price_drop',
    utm_content: 'T0ken',
    session_entry: landing,
    session_start_time: '2026-03-02 09:00:00',
    session_pages: '1',
    session_count: '1',
    user_agent: expect.stringContaining('iPhone'),
    device_type: 'Mobile',
  })
  await shop.setOrderStatus(order.id, 'completed')
  await shop.refund(order.id, { amountMinor: 500, restock: false })
  expect(shop.order(order.id)).toMatchObject({ status: 'completed', refunds: [{ amountMinor: 500 }] })
  await shop.refund(order.id, {})
  expect(shop.order(order.id)).toMatchObject({ status: 'refunded' })
  expect(buyers.placed()).toEqual([{ personId: id, orderId: order.id, status: 'pending' }])
})

test('a preview is nobody’s visit, and by the next day the browser has forgotten where it came from', async () => {
  await using world = await createWorld()
  await world.sandbox.shop.addProduct({ name: 'Mug', sku: 'MUG', regular_price: '12.00' })
  await using hub = await startLinks(() => `${world.sandbox.storeUrl}/?utm_source=whatsapp&utm_content=T0ken`)
  const { phone } = world.person()
  await sendLink(world, hub, phone)
  const { buyers } = world.sandbox

  await buyers.previews(phone)
  expect(hub.userAgents[0]).toContain('WhatsApp/')
  expect(metaOf(await buyers.buys(phone, { items: [{ product: 'MUG' }] }))).toMatchObject({
    source_type: 'typein',
  })
  await buyers.opens(phone)
  world.clock.advance(24 * 3_600_000 - 1)
  expect(metaOf(await buyers.buys(phone, { items: [{ product: 'MUG' }] }))).toMatchObject({
    utm_content: 'T0ken',
  })
  world.clock.advance(1)
  const later = metaOf(await buyers.buys(phone, { items: [{ product: 'MUG' }] }))
  expect([later.utm_source, later.utm_content]).toEqual(['(direct)', undefined])
})

test('the storefront sells what it has, takes good coupons off, and gives a customer one account', async () => {
  await using world = await createWorld()
  const { shop, buyers } = world.sandbox
  await shop.addProduct({
    name: 'Mug',
    sku: 'MUG',
    regular_price: '12.00',
    manage_stock: true,
    stock_quantity: 3,
  })
  await world.woo('POST', 'coupons', { code: 'TEN', amount: '10', discount_type: 'percent', usage_limit: 1 })
  const { phone } = world.person()

  const first = await buyers.buys(phone, {
    items: [{ product: 'MUG', quantity: 2 }],
    couponCode: 'TEN',
    as: 'customer',
  })
  expect(first.lines.map(({ totalMinor }) => totalMinor)).toEqual([2160])
  expect(first.coupons).toMatchObject([{ code: 'ten', discountMinor: 240 }])
  await expect(buyers.buys(phone, { items: [{ product: 'MUG' }], couponCode: 'TEN' })).rejects.toThrow(
    'as often',
  )
  await expect(buyers.buys(phone, { items: [{ product: 'MUG', quantity: 2 }] })).rejects.toThrow(
    'does not have 2 of MUG',
  )
  const second = await buyers.buys(phone, { items: [{ product: 'MUG' }], as: 'customer' })
  expect([first.customerId, second.customerId]).toEqual([1, 1])
  await expect(buyers.buys(phone, { items: [{ product: 'MUG' }] })).rejects.toThrow('does not have 1 of MUG')
})

test('the same by curl', async () => {
  await using world = await createWorld()
  await world.sandbox.shop.addProduct({ name: 'Mug', sku: 'MUG', regular_price: '12.00' })
  await using hub = await startLinks(() => `${world.sandbox.storeUrl}/?utm_source=whatsapp`)
  const { phone } = world.person()
  await sendLink(world, hub, phone)
  const post = (path: string, body: unknown): ReturnType<typeof call> =>
    call(`${world.sandbox.url}/control${path}`, 'POST', {}, body)
  expect((await post(`/people/${phone}/opens`, {})).body).toMatchObject({ status: 200 })
  const { body: order } = await post(`/people/${phone}/buys`, {
    items: [{ product: 'MUG' }],
    status: 'completed',
  })
  expect(order).toMatchObject({ status: 'completed' })
  expect((await post(`/orders/${order.id}/refund`, { amount: '2.00' })).body).toMatchObject({
    refunds: [{ amountMinor: 200 }],
  })
  expect((await call(`${world.sandbox.url}/control/visits`, 'GET', {})).body).toHaveLength(1)
})
