import { describe, expect, test } from 'vitest'
import { hasFixtures, loadWooDeliveries, type RecordedDelivery } from '../support/fixtures.ts'
import { createHub, type TestHub } from '../support/hub.ts'

const webhookSecret = 'rig-webhook-secret-0123456789'

const connection = {
  shop: {
    key: 'default',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    country: 'DE',
    language: 'de',
    isSandbox: false,
  },
  woocommerce: { storeUrl: 'https://127.0.0.1:8088', consumerKey: 'ck', consumerSecret: 'cs', webhookSecret },
}

async function post(hub: TestHub, delivery: RecordedDelivery): Promise<void> {
  const kept = Object.entries(delivery.headers).filter(
    ([name]) => name.startsWith('x-wc-') || name === 'content-type',
  )
  const response = await fetch(`${hub.url}/webhooks/woocommerce/default`, {
    method: 'POST',
    headers: Object.fromEntries(kept),
    body: new Uint8Array(delivery.body),
  })
  expect(response.status, delivery.name).toBe(200)
}

/** What the shop has at the end, as the recording's last word on each product says. */
async function readProducts(hub: TestHub): Promise<unknown[]> {
  return hub.db.query(
    `select wc_id, kind, status, parent_wc_id, sku, stock_managed_by, stock_quantity, stock_status, is_in_stock, is_sellable, price_minor
     from products order by wc_id`,
  )
}

async function readOrders(hub: TestHub): Promise<unknown[]> {
  return hub.db.query(
    `select o.wc_id, o.status, o.counts, o.total_minor, o.email, o.phone,
       (select count(*)::int from order_lines l where l.order_id = o.id) as lines from orders o order by o.wc_id`,
  )
}

async function play(
  deliveries: readonly RecordedDelivery[],
  options: { drainEach?: boolean } = {},
): Promise<{ products: unknown[]; orders: unknown[] }> {
  await using hub = await createHub({ now: '2026-11-21T00:30:00Z', connection })
  for (const delivery of deliveries) {
    await post(hub, delivery)
    if (options.drainEach === true) await hub.drain()
  }
  await hub.drain()
  const dead = await hub.db.query(
    `select id, reason from inbox_events where state in ('dead', 'retry', 'waiting')`,
  )
  const deadDeliveries = await hub.db.query(`select id, reason from inbox_deliveries where state <> 'split'`)
  expect({ dead, deadDeliveries }).toEqual({ dead: [], deadDeliveries: [] })
  return { products: await readProducts(hub), orders: await readOrders(hub) }
}

describe.skipIf(!hasFixtures())('142 deliveries recorded from a real shop', () => {
  test(
    'end in exactly the products, stock and variations that the shop had',
    { timeout: 60_000 },
    async () => {
      const { products } = await play(loadWooDeliveries())
      const byId = new Map((products as { wcId: number }[]).map((product) => [product.wcId, product]))
      expect(byId.size).toBe(26)
      expect(byId.get(11)).toMatchObject({
        kind: 'simple',
        stockQuantity: 18,
        isSellable: true,
        priceMinor: 1290,
      })
      expect(byId.get(12)).toMatchObject({ stockQuantity: 5, isInStock: true })
      expect(byId.get(13)).toMatchObject({ stockQuantity: 8 })
      expect(byId.get(15)).toMatchObject({ stockQuantity: 0, stockStatus: 'outofstock', isInStock: false })
      expect(byId.get(16)).toMatchObject({
        stockManagedBy: 'none',
        stockQuantity: null,
        priceMinor: 4750,
        isInStock: true,
      })
      expect(byId.get(23)).toMatchObject({ stockQuantity: 5, isInStock: true })
      expect(byId.get(28)).toMatchObject({ stockManagedBy: 'none', stockStatus: 'instock', isSellable: true })
      expect(byId.get(37)).toMatchObject({ stockQuantity: 0, isInStock: false, isSellable: false })
      // Sizes are counted one by one; the parent of these never sent a word.
      expect(byId.get(42)).toMatchObject({
        kind: 'variation',
        parentWcId: 41,
        stockQuantity: 0,
        isInStock: false,
      })
      expect(byId.get(45)).toMatchObject({ stockQuantity: 5, isInStock: true })
      expect(byId.get(50)).toMatchObject({ stockQuantity: 7 })
      // Stock kept by the parent.
      expect(byId.get(55)).toMatchObject({
        kind: 'variable',
        stockManagedBy: 'own',
        stockQuantity: 3,
        isInStock: true,
      })
      // Drafts, trash and back again.
      expect(byId.get(101)).toMatchObject({ status: 'draft', isSellable: false })
      expect(byId.get(100)).toMatchObject({ status: 'trash', isSellable: false, priceMinor: 700 })
      expect(byId.get(102)).toMatchObject({ status: 'publish', kind: 'variable', isInStock: true })
      expect(byId.get(103)).toMatchObject({ status: 'publish', stockQuantity: 2, isSellable: true })
      expect(byId.get(104)).toMatchObject({
        status: 'publish',
        stockManagedBy: 'none',
        stockQuantity: null,
        isSellable: true,
      })
    },
  )

  test(
    'what was not taken in is ignored for a reason, and pings are answered without a row',
    { timeout: 60_000 },
    async () => {
      await using hub = await createHub({ now: '2026-11-21T00:30:00Z', connection })
      for (const delivery of loadWooDeliveries()) await post(hub, delivery)
      await hub.drain()
      const reasons = await hub.db.query<{ reason: string; n: number }>(
        `select reason, count(*)::int as n from inbox_events where state = 'ignored' group by reason order by reason`,
      )
      expect(reasons.find((row) => row.reason === 'error_body:rest_no_route')?.n).toBe(32)
      expect(
        reasons.every((row) =>
          ['error_body:rest_no_route', 'unchanged', 'stale', 'duplicate'].includes(row.reason),
        ),
      ).toBe(true)
      const [stored] = await hub.db.query<{ n: number }>('select count(*)::int as n from inbox_deliveries')
      expect(stored?.n).toBe(142 - 11)
    },
  )

  test('doubled, they end the same', { timeout: 60_000 }, async () => {
    const deliveries = loadWooDeliveries()
    const doubled = deliveries.flatMap((delivery) => [delivery, delivery])
    expect(await play([...doubled, ...deliveries])).toEqual(await play(deliveries))
  })

  test(
    'shuffled as far as date_modified_gmt decides the order, they end the same',
    { timeout: 90_000 },
    async () => {
      const deliveries = loadWooDeliveries()
      const straight = await play(deliveries)
      expect(await play(shuffleDecided(deliveries, 1), { drainEach: true })).toEqual(straight)
      expect(await play(shuffleDecided(deliveries, 2))).toEqual(straight)
    },
  )
})

interface Version {
  delivery: RecordedDelivery
  /** What orders it among the versions of its object; null: nothing but the arrival does. */
  modified: string | null
  object: string
}

/**
 * Any order of different objects; of one object, versions with different dates may swap, and those with the same date (or none, as
 * deletions) keep their order, together with everything of an object that was ever deleted.
 */
function shuffleDecided(deliveries: readonly RecordedDelivery[], seed: number): RecordedDelivery[] {
  const versions = deliveries.map(toVersion)
  const fixed = new Set(
    versions.filter((version) => version.modified === null).map((version) => version.object),
  )
  const groups = new Map<string, Version[]>()
  for (const version of versions) {
    const key = fixed.has(version.object) ? version.object : `${version.object}@${version.modified ?? ''}`
    groups.set(key, [...(groups.get(key) ?? []), version])
  }
  let state = seed
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const queues = [...groups.values()]
  const shuffled: RecordedDelivery[] = []
  while (queues.length > 0) {
    const at = next(queues.length)
    const first = queues[at]?.shift()
    if (first !== undefined) shuffled.push(first.delivery)
    if (queues[at]?.length === 0) queues.splice(at, 1)
  }
  return shuffled
}

function toVersion(delivery: RecordedDelivery): Version {
  const topic = delivery.headers['x-wc-webhook-topic'] ?? 'ping'
  try {
    const body = JSON.parse(delivery.body.toString()) as {
      id?: number
      parent_id?: number
      date_modified_gmt?: string
    }
    // A family's deletions come together and fix the order of all its members.
    const family = [102, 103, 104].includes(body.id ?? 0) ? 102 : body.id
    return {
      delivery,
      modified: body.date_modified_gmt ?? null,
      object: `${topic.split('.')[0] ?? ''}:${family ?? delivery.name}`,
    }
  } catch {
    return { delivery, modified: null, object: delivery.name }
  }
}
