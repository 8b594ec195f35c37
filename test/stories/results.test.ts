import { expect, test } from 'vitest'
import type { CampaignReport } from '../../src/results/report-campaigns.ts'
import { createWorld, type World } from '../support/world.ts'

/** Rui looked at the mug while it was sold out, and is told that it is back. */
async function toldAboutMug(world: World): Promise<string> {
  await world.product('MUG', 0, 'Blue mug')
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  await world.restock('MUG', 5)
  expect(world.templatesTo(rui)).toHaveLength(1)
  return rui
}

async function readReport(world: World, query = ''): Promise<CampaignReport> {
  const response = await fetch(`${world.url}/v1/reports/campaigns${query}`, {
    headers: { authorization: `Bearer ${world.apiToken}` },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as CampaignReport
}

async function ledgerOf(world: World): Promise<unknown[]> {
  return world.db.query(
    'select entry, how, conversions, amount_minor, currency from attribution_ledger order by id',
  )
}

test('a message, a click, an order, its credit, and the refunds that take it back', async () => {
  await using world = await createWorld()
  const rui = await toldAboutMug(world)
  const { buyers, shop } = world.sandbox
  const preview = await buyers.previews(rui)
  expect(preview.landing).toContain('/product/blue-mug/')
  expect((await readReport(world)).totals).toMatchObject({ delivered: 1, clicked: 0, orders: 0 })

  await world.pass(10)
  const visit = await buyers.opens(rui)
  expect(visit.status).toBe(200)
  const landing = new URL(visit.landing)
  expect(landing.pathname).toBe('/shop/product/blue-mug/')
  expect(Object.fromEntries(landing.searchParams)).toMatchObject({
    utm_source: 'whatsapp',
    utm_medium: 'campaign',
    utm_campaign: 'back_in_stock',
  })
  expect(visit.link).not.toContain(rui.slice(4))

  await world.pass(5)
  const order = await buyers.buys(rui, { items: [{ product: 'MUG', quantity: 2 }] })
  await world.settle()
  expect(await world.db.query('select matched_by from orders')).toEqual([{ matchedBy: 'phone' }])
  expect(await ledgerOf(world)).toEqual([
    { entry: 'credit', how: 'click', conversions: 1, amountMinor: 4000, currency: 'EUR' },
  ])
  expect((await readReport(world)).totals).toMatchObject({
    considered: 1,
    messages: 1,
    delivered: 1,
    clicked: 1,
    orders: 1,
    converted: 1,
    conversionRateBps: 10_000,
    revenue: [{ currency: 'EUR', grossMinor: 4000, refundsMinor: 0, netMinor: 4000 }],
    cost: [{ currency: 'USD', micros: 59_200 }],
  })

  await world.pass(24 * 60)
  await shop.refund(order.id, { amountMinor: 1500, reason: 'a scratch' })
  await world.settle()
  expect((await readReport(world)).totals).toMatchObject({
    orders: 1,
    revenue: [{ currency: 'EUR', grossMinor: 4000, refundsMinor: 1500, netMinor: 2500 }],
  })
  await shop.refund(order.id, { reason: 'sent back' })
  await world.settle()
  expect((await readReport(world)).totals).toMatchObject({
    orders: 0,
    converted: 0,
    conversionRateBps: 0,
    revenue: [{ currency: 'EUR', grossMinor: 4000, refundsMinor: 4000, netMinor: 0 }],
  })
  expect(await ledgerOf(world)).toHaveLength(3)
})

test('an order that is cancelled earns nothing; one that a stranger places is counted as unmatched', async () => {
  await using world = await createWorld()
  const rui = await toldAboutMug(world)
  const { buyers, shop } = world.sandbox
  await buyers.opens(rui)
  const order = await buyers.buys(rui, { items: [{ product: 'MUG' }] })
  await world.settle()
  await shop.checkout({
    items: [{ product: 'MUG', quantity: 1 }],
    billing: { phone: '+351 919 999 999', email: 'stranger@example.test', first_name: 'Zé' },
    status: 'processing',
  })
  await world.settle()
  await shop.setOrderStatus(order.id, 'cancelled')
  await world.settle()
  const report = await readReport(world)
  expect(report.totals).toMatchObject({
    orders: 0,
    converted: 0,
    revenue: [{ currency: 'EUR', grossMinor: 0, refundsMinor: 0, netMinor: 0 }],
  })
  expect(report.orders).toEqual([{ currency: 'EUR', paid: 1, unmatched: 1, unmatchedMinor: 2000 }])
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  expect(metrics).toContain('hub_orders_total{matched_by="nobody"} 1')
  expect(metrics).toContain('hub_orders_total{matched_by="phone"} 1')
})

test('a friend who gets the link passed on is credited to the message, and joins nobody', async () => {
  await using world = await createWorld()
  const rui = await toldAboutMug(world)
  const visit = await world.sandbox.buyers.opens(rui)
  const token = new URL(visit.landing).searchParams.get('utm_content') ?? ''
  await world.sandbox.shop.checkout({
    items: [{ product: 'MUG', quantity: 1 }],
    billing: { phone: '+351 918 888 888', email: 'friend@example.test', first_name: 'Eva' },
    status: 'processing',
    meta: [{ key: '_wc_order_attribution_utm_content', value: token }],
  })
  await world.settle()
  expect(await world.db.query('select matched_by from orders')).toEqual([{ matchedBy: 'link' }])
  expect(await ledgerOf(world)).toHaveLength(1)
  expect(
    await world.db.query(
      `select value from person_identities where value like '%friend%' or value like '%918888888'`,
    ),
  ).toEqual([])
})

test('a link that is not ours is a plain page, and nothing is written down', async () => {
  await using world = await createWorld()
  for (const path of ['/r/x', '/r/%00', '/r/AAAAAAAAAAAAAAAAAAAAAA', `/r/${'A'.repeat(4000)}`]) {
    const response = await fetch(`${world.url}${path}`, { redirect: 'manual' })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('link')
  }
  expect(await world.db.query('select 1 from clicks')).toEqual([])
})

test('the report is refused for days that cannot be, each with its field', async () => {
  await using world = await createWorld()
  const ask = async (query: string): Promise<unknown> => {
    const response = await fetch(`${world.url}/v1/reports/campaigns?${query}`, {
      headers: { authorization: `Bearer ${world.apiToken}` },
    })
    return [response.status, await response.json()]
  }
  for (const [query, field] of [
    ['from=2026-13-01', 'from'],
    ['from=2026-03-05&to=2026-03-01', 'from'],
    ['from=2020-01-01&to=2026-03-01', 'from'],
    ['groupBy=week', 'groupBy'],
  ]) {
    expect(await ask(query ?? '')).toMatchObject([400, { faults: [{ where: field }] }])
  }
  const csv = await fetch(`${world.url}/v1/reports/campaigns.csv`, {
    headers: { authorization: `Bearer ${world.apiToken}` },
  })
  expect(csv.headers.get('content-type')).toContain('text/csv')
  expect(await csv.text()).toMatch(/^day,campaign,variant,considered,/)
})
