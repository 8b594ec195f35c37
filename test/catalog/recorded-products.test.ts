import { describe, expect, test } from 'vitest'
import { createProductHandler } from '../../src/catalog/handle-product-event.ts'
import { writeWooEvent } from '../../src/intake/event-payload.ts'
import type { Outcome } from '../../src/intake/inbox-event.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { hasWooFixtures, readWooFixtures, type RecordedDelivery } from '../connectors/woocommerce/fixtures.ts'
import { createCatalogWorld, minute, type CatalogWorld } from './catalog-world.ts'

const recorded = readWooFixtures().filter((delivery) => delivery.topic.startsWith('product.'))

async function receive(world: CatalogWorld, deliveries: readonly RecordedDelivery[]): Promise<Outcome[]> {
  const handle = createProductHandler({ ...world.deps, loadShop: async () => world.shop })
  const outcomes: Outcome[] = []
  for (const { topic, body } of deliveries) {
    const event = {
      id: 1,
      deliveryId: 1,
      source: 'woocommerce' as const,
      shopId: world.shop.id,
      kind: 'product',
      lane: null,
      payload: writeWooEvent({ topic, body: body.toString() }),
      attempts: 0,
      receivedAt: minute(0),
    }
    outcomes.push(await world.db.transaction((tx) => handle(tx, event)))
  }
  return outcomes
}

// Ids and times of ours differ from run to run, and so does since when a state is known if versions in between were never seen.
const stateOf = (world: CatalogWorld): Promise<unknown[]> =>
  world.db.query(
    `select p.wc_id, parent.wc_id as parent, p.kind, p.status, p.is_visible, p.name, p.sku, p.retailer_id, p.item_key, p.attributes,
       p.price_minor, p.regular_price_minor, p.sale_price_minor, p.stock_managed_by, p.stock_quantity, p.stock_status,
       p.is_in_stock, p.is_sellable, p.modified_at
     from products p left join products parent on parent.id = p.parent_id order by p.wc_id`,
  )

const historyOf = (world: CatalogWorld): Promise<unknown[]> =>
  world.db.query(
    `select p.wc_id, e.at, e.kind, e.change from products p join (
       select product_id, at, 'stock' as kind, from_quantity || '>' || to_quantity as change, id from stock_events
       union all select product_id, at, 'price', from_minor || '>' || to_minor, id from price_events
       union all select product_id, opened_at, 'cycle', coalesce(closed_at::text, 'open'), id from stock_cycles) e
     on e.product_id = p.id order by p.wc_id, e.kind, e.id`,
  )

describe.skipIf(!hasWooFixtures)('what a real shop sent about its products', () => {
  test('is taken in, each delivery as what it is', async () => {
    await using world = await createCatalogWorld()
    const outcomes = await receive(world, recorded)
    const reasons = outcomes.flatMap((outcome) => (outcome.kind === 'ignored' ? outcome.reason : []))
    expect([...new Set(reasons)].sort()).toEqual(['error_body:rest_no_route', 'unchanged'])

    const spells = await world.cycles()
    expect(spells.map(({ wcId, closedAt }) => [wcId, closedAt])).toEqual([
      // The apron keeps the stock of its variations; then a shirt's last variation; then two simple products.
      [55, null],
      [45, null],
      [23, null],
      [28, null],
    ])
    const spell = spells.find(({ wcId }) => wcId === 45)
    expect(spell).toMatchObject({
      outSince: new Date('2026-11-20T23:52:18Z'),
      openedAt: new Date('2026-11-20T23:52:19Z'),
    })
    expect(await world.product(100)).toMatchObject({ status: 'trash', priceMinor: 700, isSellable: false })
    expect(await world.product(102)).toMatchObject({ status: 'publish', isInStock: true, isSellable: true })
    expect(await world.product(103)).toMatchObject({
      parentId: (await world.product(102)).id,
      isSellable: true,
    })
    expect(await world.product(24)).toMatchObject({ priceMinor: 3512, isSellable: true })
    expect((await world.product(15)).isInStock).toBe(false)
  })

  test('twice in a row changes nothing more', async () => {
    await using once = await createCatalogWorld()
    await receive(once, recorded)
    await using twice = await createCatalogWorld()
    await receive(
      twice,
      recorded.flatMap((delivery) => [delivery, delivery]),
    )
    expect(await stateOf(twice)).toEqual(await stateOf(once))
    expect(await historyOf(twice)).toEqual(await historyOf(once))
  })

  test.each([1, 2, 3, 4])('ends the same in any order that its dates can put right (%d)', async (seed) => {
    // A deletion has no date, and of two versions of one second the later to arrive counts.
    const bodies = [...new Set(recorded.map(({ body }) => body.toString()))].map(
      (body) => JSON.parse(body) as { id?: number; date_modified_gmt?: string },
    )
    const isDated = ({ body }: RecordedDelivery): boolean => {
      const { id, date_modified_gmt: at } = JSON.parse(body.toString())
      return (
        at !== undefined &&
        bodies.filter((other) => other.id === id && other.date_modified_gmt === at).length === 1
      )
    }
    const dated = recorded.filter(isDated)
    expect(dated.length).toBeGreaterThan(50)

    await using inOrder = await createCatalogWorld()
    await receive(inOrder, dated)
    await using shuffled = await createCatalogWorld()
    await receive(shuffled, shuffle(dated, seed))
    expect(await stateOf(shuffled)).toEqual(await stateOf(inOrder))
  })
})

function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = createSeededRandom(seed)
  const shuffled = [...items]
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
  }
  return shuffled
}
