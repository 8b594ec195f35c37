import type { Logger } from 'pino'
import {
  parseCustomer,
  parseOrder,
  type WooCustomer,
  type WooOrder,
} from '../../connectors/woocommerce/woo-order.ts'
import { parseProduct } from '../../connectors/woocommerce/woo-product.ts'
import type { WooClient } from '../../connectors/woocommerce/woo-client.ts'
import { listPage, type PageResult } from '../../connectors/woocommerce/woo-shop.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database.ts'
import { applyProductVersion, type ApplyDeps } from '../apply-product-version.ts'
import type { ShopOfCatalog } from '../product.ts'
import { nextCursor } from './next-cursor.ts'
import {
  claimImport,
  failImport,
  findNextVariable,
  listRunningImports,
  postponeImport,
  saveImport,
  type ImportProblem,
  type ImportRun,
} from './import-store.ts'

export interface ImportDeps extends ApplyDeps {
  db: Database
  clock: Clock
  log: Logger
  loadShop: (shopId: number) => Promise<ShopOfCatalog>
  wooClientOf: (shopId: number) => Promise<WooClient>
  importCustomer: (tx: Tx, shopId: number, customer: WooCustomer, now: Date) => Promise<void>
  importOrder: (tx: Tx, shopId: number, order: WooOrder, now: Date) => Promise<void>
}

const retryMs = 30_000
const ordersOfDays = 400

/**
 * One round of the lane `import`: takes each running import one page further. A page's rows and the new position are one commit, so an
 * interrupted import goes on where it was. Returns how many pages were read.
 */
export async function continueImports(deps: ImportDeps): Promise<number> {
  let pages = 0
  for (const run of await listRunningImports(deps.db, deps.clock.now())) pages += await takePage(deps, run)
  return pages
}

async function takePage(deps: ImportDeps, run: ImportRun): Promise<number> {
  const shop = await deps.loadShop(run.shopId)
  const page = await readPage(deps, run)
  if (page.kind !== 'page' && !hasNothingToList(run, page)) {
    await putOff(deps, run, page)
    return 1
  }
  return deps.db.transaction(async (tx) => {
    const claimed = await claimImport(tx, run)
    if (claimed === undefined) return 0
    const now = deps.clock.now()
    const items = page.kind === 'page' ? page.items : []
    const problems = await applyItems(tx, deps, shop, { run: claimed, items, now })
    const cursor = await nextCursor(claimed.cursor, page, (afterWcId) =>
      findNextVariable(tx, run.shopId, afterWcId),
    )
    await saveImport(tx, {
      ...claimed,
      state: cursor === null ? 'done' : 'running',
      cursor: cursor ?? claimed.cursor,
      total:
        (claimed.total ?? 0) +
        (claimed.cursor.page === 1 && page.kind === 'page' ? (page.total ?? items.length) : 0),
      done: claimed.done + items.length - problems.length,
      skipped: claimed.skipped + problems.length,
      problems: [...claimed.problems, ...problems],
      updatedAt: now,
      finishedAt: cursor === null ? now : null,
    })
    deps.log.info(
      {
        importId: run.id,
        ...claimed.cursor,
        items: items.length,
        done: claimed.done + items.length - problems.length,
      },
      cursor === null ? 'import: finished' : 'import: page taken in',
    )
    return 1
  })
}

// Before WooCommerce 10.3 there is no list of all variations, and a parent may be deleted while the import goes on.
function hasNothingToList(run: ImportRun, page: PageResult): boolean {
  return run.cursor.stage === 'variations' && page.kind === 'refused' && page.status === 404
}

/** A shop that does not answer is asked again later; one that refuses us will go on doing so until somebody changes it. */
async function putOff(
  deps: ImportDeps,
  run: ImportRun,
  page: Exclude<PageResult, { kind: 'page' }>,
): Promise<void> {
  const now = deps.clock.now()
  const reason = page.kind === 'refused' ? page.code : page.reason
  if (page.kind === 'refused' && [401, 403, 404].includes(page.status)) {
    deps.log.error({ importId: run.id, stage: run.cursor.stage, reason }, 'import: refused by the shop')
    await failImport(deps.db, run, { problem: { resource: run.cursor.stage, wcId: null, reason }, now })
    return
  }
  deps.log.warn(
    { importId: run.id, stage: run.cursor.stage, reason },
    'import: no answer, trying again later',
  )
  await postponeImport(deps.db, run, {
    problem: { resource: run.cursor.stage, wcId: null, reason },
    until: new Date(now.getTime() + retryMs),
  })
}

async function readPage(deps: ImportDeps, run: ImportRun): Promise<PageResult> {
  const { cursor } = run
  const client = await deps.wooClientOf(run.shopId)
  switch (cursor.stage) {
    case 'products':
      return listPage(client, 'products', cursor.page, { status: 'any' })
    case 'variations': {
      const path = cursor.parentWcId === null ? 'variations' : `products/${cursor.parentWcId}/variations`
      return listPage(client, path, cursor.page, { status: 'any' })
    }
    case 'customers':
      return listPage(client, 'customers', cursor.page, { role: 'all' })
    case 'orders': {
      const after = new Date(run.startedAt.getTime() - ordersOfDays * 86_400_000).toISOString().slice(0, 19)
      return listPage(client, 'orders', cursor.page, { after, status: 'any' })
    }
  }
}

// An item that cannot be taken in is skipped with its reason; the rest of the page goes on.
async function applyItems(
  tx: Tx,
  deps: ImportDeps,
  shop: ShopOfCatalog,
  page: { run: ImportRun; items: readonly unknown[]; now: Date },
): Promise<ImportProblem[]> {
  const problems: ImportProblem[] = []
  for (const item of page.items) {
    const reason = await tx
      .savepoint(() => applyItem(tx, deps, shop, { ...page, item }))
      .catch((thrown: unknown) => {
        deps.log.error({ importId: page.run.id, err: thrown }, 'import: an item could not be saved')
        return 'could_not_save'
      })
    if (reason !== undefined) {
      const wcId = (item as { id?: unknown } | null)?.id
      problems.push({ resource: page.run.cursor.stage, wcId: typeof wcId === 'number' ? wcId : null, reason })
    }
  }
  return problems
}

async function applyItem(
  tx: Tx,
  deps: ImportDeps,
  shop: ShopOfCatalog,
  { run, item, now }: { run: ImportRun; item: unknown; now: Date },
): Promise<string | undefined> {
  switch (run.cursor.stage) {
    case 'products':
    case 'variations': {
      const parsed = parseProduct(item, shop.currency, run.cursor.parentWcId ?? undefined)
      if (parsed.kind === 'odd') return parsed.reason
      await applyProductVersion(tx, deps, shop, {
        product: parsed.product,
        meta: { source: 'import', seenAt: now },
      })
      return undefined
    }
    case 'customers': {
      const parsed = parseCustomer(item)
      if (parsed.kind === 'odd') return parsed.reason
      await deps.importCustomer(tx, shop.id, parsed.customer, now)
      return undefined
    }
    case 'orders': {
      const parsed = parseOrder(item)
      if (parsed.kind === 'odd') return parsed.reason
      await deps.importOrder(tx, shop.id, parsed.order, now)
      return undefined
    }
  }
}
