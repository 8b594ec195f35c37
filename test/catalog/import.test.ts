import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { continueImports, type ImportDeps } from '../../src/catalog/import/continue-imports.ts'
import { findLatestImport, startImport } from '../../src/catalog/import/import-store.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import {
  createSmallShop,
  type ShopAnswer,
  type ShopCall,
  type SmallShop,
} from '../connectors/woocommerce/small-shop.ts'
import { someMonday } from '../support/rows.ts'
import { createCatalogWorld, type CatalogWorld } from './catalog-world.ts'

const dates = { date_created_gmt: '2026-01-01T00:00:00', date_modified_gmt: '2026-01-01T00:00:00' }
const priced = { price: '12.90', manage_stock: true, stock_quantity: 2, stock_status: 'instock', ...dates }
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

// 150 products (two pages; 50 and 60 with variations), 3 variations each, 120 customers, 30 orders.
const products = range(1, 150).map((id) => ({
  id,
  type: id === 50 || id === 60 ? 'variable' : 'simple',
  status: 'publish',
  name: `Product ${id}`,
  sku: `P-${id}`,
  ...priced,
  ...(id === 50 || id === 60 ? { manage_stock: false } : {}),
}))
const variations = [50, 60].flatMap((parent) =>
  range(1, 3).map((at) => ({
    id: parent * 1000 + at,
    type: 'variation',
    parent_id: parent,
    status: 'publish',
    ...priced,
  })),
)
const customers = range(1, 120).map((id) => ({ id, email: `c${id}@example.test`, billing: {}, ...dates }))
const orders = range(500, 529).map((id) => ({
  id,
  status: 'completed',
  currency: 'EUR',
  total: '5',
  line_items: [],
  ...dates,
}))

interface ShopOptions {
  hasVariationsRoute?: boolean
  /** Answers in place of the shop, when it has one. */
  interrupt?: (call: ShopCall) => ShopAnswer | 'cut'
  extraProducts?: readonly unknown[]
}

function answerAs({ hasVariationsRoute = true, interrupt, extraProducts = [] }: ShopOptions) {
  return (call: ShopCall): ShopAnswer => {
    const interruption = interrupt?.(call)
    if (interruption === 'cut') return undefined
    if (interruption !== undefined) return interruption
    const path = call.path.replace('/wp-json/wc/v3/', '')
    const parent = /^products\/(\d+)\/variations$/.exec(path)?.[1]
    const listed =
      parent !== undefined
        ? variations.filter((variation) => variation.parent_id === Number(parent))
        : {
            products: [...products, ...extraProducts],
            customers,
            orders,
            variations: hasVariationsRoute ? variations : undefined,
          }[path]
    if (listed === undefined) {
      return { status: 404, body: { code: 'rest_no_route', message: 'No route', data: { status: 404 } } }
    }
    const size = Number(call.query.get('per_page'))
    const page = Number(call.query.get('page'))
    return {
      body: listed.slice((page - 1) * size, page * size),
      headers: {
        'x-wp-total': String(listed.length),
        'x-wp-totalpages': String(Math.ceil(listed.length / size)),
      },
    }
  }
}

interface Importing extends AsyncDisposable {
  world: CatalogWorld
  shop: SmallShop
  clock: MovableClock
  deps: ImportDeps
  customerIds: number[]
  orderIds: number[]
}

async function createImporting(options: ShopOptions = {}): Promise<Importing> {
  const world = await createCatalogWorld()
  const shop = await createSmallShop(answerAs(options))
  const clock = createStandingClock(someMonday)
  const customerIds: number[] = []
  const orderIds: number[] = []
  const deps: ImportDeps = {
    ...world.deps,
    db: world.db,
    clock,
    log: pino({ level: 'silent' }),
    loadShop: async () => world.shop,
    wooClientOf: async () => shop.client,
    importCustomer: async (tx, _shopId, { wcId }) => tx.afterCommit(() => customerIds.push(wcId)),
    importOrder: async (tx, _shopId, { wcId }) => tx.afterCommit(() => orderIds.push(wcId)),
  }
  await world.db.transaction((tx) => startImport(tx, world.shop.id, someMonday))
  const dispose = async (): Promise<void> => {
    await shop[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  }
  return { world, shop, clock, deps, customerIds, orderIds, [Symbol.asyncDispose]: dispose }
}

async function goOn({ deps }: Importing): Promise<number> {
  let pages = 0
  for (let handled = -1; handled !== 0; pages += handled) handled = await continueImports(deps)
  return pages
}

const countProducts = async ({ world }: Importing): Promise<unknown> =>
  await world.db.query('select kind, count(*)::int as rows from products group by kind order by kind')

const everything = [
  { kind: 'simple', rows: 148 },
  { kind: 'variable', rows: 2 },
  { kind: 'variation', rows: 6 },
]

describe('the first import', () => {
  test('brings in products, variations, customers and the orders of 400 days, page by page', async () => {
    await using importing = await createImporting()
    expect(await goOn(importing)).toBe(6)
    expect(await countProducts(importing)).toEqual(everything)
    expect(importing.customerIds).toEqual(range(1, 120))
    expect(importing.orderIds).toEqual(range(500, 529))
    expect(await findLatestImport(importing.world.db, importing.world.shop.id)).toMatchObject({
      state: 'done',
      total: 306,
      done: 306,
      skipped: 0,
      problems: [],
      finishedAt: someMonday,
    })
    expect(importing.shop.calls.at(-1)?.query.get('after')).toBe('2025-01-26T12:00:00')
    // What is seen for the first time is no news.
    expect(await importing.world.cycles()).toEqual([])
  })

  test('reads variations parent by parent where the shop has no list of all', async () => {
    await using importing = await createImporting({ hasVariationsRoute: false })
    await goOn(importing)
    expect(await countProducts(importing)).toEqual(everything)
    expect((await findLatestImport(importing.world.db, importing.world.shop.id))?.done).toBe(306)
  })

  test('goes on where it was after the shop went away in the middle', async () => {
    let isAway = false
    await using importing = await createImporting({ interrupt: () => (isAway ? 'cut' : undefined) })
    await continueImports(importing.deps)
    isAway = true
    await goOn(importing)
    const halfway = await findLatestImport(importing.world.db, importing.world.shop.id)
    expect(halfway).toMatchObject({ state: 'running', done: 100, cursor: { stage: 'products', page: 2 } })

    isAway = false
    const callsBefore = importing.shop.calls.length
    expect(await goOn(importing)).toBe(0)
    importing.clock.advance(60_000)
    await goOn(importing)
    expect(await countProducts(importing)).toEqual(everything)
    expect(importing.shop.calls[callsBefore]?.query.get('page')).toBe('2')
    expect(await findLatestImport(importing.world.db, importing.world.shop.id)).toMatchObject({
      state: 'done',
      done: 306,
    })
  })

  test('a page whose commit failed is taken again, and nothing of it counted', async () => {
    await using importing = await createImporting()
    const { db } = importing.deps
    await continueImports(importing.deps)
    const transaction: typeof db.transaction = (work) =>
      db.transaction(async (tx) => {
        await work(tx)
        throw new Error('the process died')
      })
    const dying: ImportDeps = {
      ...importing.deps,
      db: Object.create(db, { transaction: { value: transaction } }),
    }
    await expect(continueImports(dying)).rejects.toThrow('the process died')
    expect(await findLatestImport(db, importing.world.shop.id)).toMatchObject({
      done: 100,
      cursor: { page: 2 },
    })
    await goOn(importing)
    expect(await findLatestImport(db, importing.world.shop.id)).toMatchObject({ state: 'done', done: 306 })
    expect(await countProducts(importing)).toEqual(everything)
  })

  test('two workers on one import count each page once', async () => {
    await using importing = await createImporting()
    const worker = (): Promise<number> => goOn(importing)
    await Promise.all([worker(), worker(), worker()])
    await goOn(importing)
    expect(await findLatestImport(importing.world.db, importing.world.shop.id)).toMatchObject({
      state: 'done',
      total: 306,
      done: 306,
    })
    expect(importing.customerIds).toEqual(range(1, 120))
  })

  test('an item that cannot be taken in is skipped with its reason, and the rest goes on', async () => {
    const broken = [
      { id: 151, type: 'simple', status: 'publish', ...priced, price: '1.234,56' },
      { name: 'no id' },
      { id: 152, type: 'simple', status: 'publish', ...priced },
    ]
    await using importing = await createImporting({ extraProducts: broken })
    const deps: ImportDeps = {
      ...importing.deps,
      importCustomer: async (tx, _shopId, { wcId }) => {
        if (wcId === 7) await tx.execute('select 1 / 0')
      },
    }
    await goOn({ ...importing, deps, [Symbol.asyncDispose]: async () => undefined })
    expect(await findLatestImport(importing.world.db, importing.world.shop.id)).toMatchObject({
      state: 'done',
      total: 309,
      done: 306,
      skipped: 3,
      problems: [
        { resource: 'products', wcId: 151, reason: 'unreadable_price' },
        { resource: 'products', wcId: null, reason: 'no_id' },
        { resource: 'customers', wcId: 7, reason: 'could_not_save' },
      ],
    })
    expect((await importing.world.product(152)).priceMinor).toBe(1290)
  })

  test.each([
    [401, 'woocommerce_rest_cannot_view'],
    [404, 'rest_no_route'],
  ])('ends with the shop’s reason when it is refused (%d)', async (status, code) => {
    await using importing = await createImporting({
      interrupt: () => ({ status, body: { code, message: 'No.', data: { status } } }),
    })
    await goOn(importing)
    expect(await findLatestImport(importing.world.db, importing.world.shop.id)).toMatchObject({
      state: 'failed',
      problems: [{ resource: 'products', wcId: null, reason: code }],
    })
  })

  test('a shop is imported once at a time', async () => {
    await using importing = await createImporting()
    const { db, shop } = importing.world
    const start = (): Promise<{ id: number }> => db.transaction((tx) => startImport(tx, shop.id, someMonday))
    const [first, second] = await Promise.all([start(), start()])
    expect(second.id).toBe(first.id)
    await goOn(importing)
    expect((await start()).id).not.toBe(first.id)
  })
})
