import type { Logger } from 'pino'
import type { WooProduct } from '../connectors/woocommerce/woo-product.ts'
import type { Tx } from '../platform/database.ts'
import { closeCycles, insertPriceEvent, insertStockEvent, openCycle } from './change-store.ts'
import {
  decideProductChange,
  type ChangeContext,
  type ProductChange,
  type ProductFields,
} from './decide-product-change.ts'
import type { StockRules } from './decide-sellable.ts'
import {
  findProductByWcId,
  listFamily,
  lockFamily,
  markGone,
  saveProduct,
  touchProducts,
} from './product-store.ts'
import type { ChangeMeta, StockCause, StockMove } from './product-changes.ts'
import type { Product, ShopOfCatalog } from './product.ts'
import { isGone, settleFamily } from './settle-family.ts'

export interface ApplyDeps {
  log: Logger
  wake: (lane: string) => void
  /** What the shop's orders know about a change of stock. */
  findStockCause: (tx: Tx, move: StockMove) => Promise<StockCause>
  backorderIsInStock: (tx: Tx, shopId: number) => Promise<boolean>
  /** What people last saw a product for was in another currency, or shown with tax and is now without. */
  forgetSeenPrices: (tx: Tx, productId: number) => Promise<void>
}

export type Applied =
  { kind: 'applied'; productId: number; isNew: boolean } | { kind: 'unchanged' } | { kind: 'stale' }

/**
 * Takes a version of a product in: from a webhook, the import or a fresh read. Writes the product, what changed about its stock and price,
 * opens or closes its spell in stock, and brings its family into agreement. Twice, late or out of order changes nothing.
 */
export async function applyProductVersion(
  tx: Tx,
  deps: ApplyDeps,
  shop: ShopOfCatalog,
  version: { product: WooProduct; meta: ChangeMeta },
): Promise<Applied> {
  const { product, meta } = version
  const parentWcId = product.parentWcId ?? product.wcId
  await lockFamily(tx, shop.id, parentWcId)
  const before = await listFamily(tx, shop.id, parentWcId)
  const rules = await loadRules(tx, deps, shop.id)
  const known = before.find((member) => member.wcId === product.wcId) ?? null
  const change = decideProductChange(known, product, contextOf(before, { product, meta, rules }))
  if (change.kind !== 'changed') {
    if (known !== null) await touchProducts(tx, [{ ...product, id: known.id }], meta.seenAt)
    return change
  }
  if (known?.priceEntered !== product.priceEntered) noteDoubt(deps, shop.id, product)
  const productId = await saveProduct(tx, shop.id, change.fields, meta.seenAt)
  if (known !== null) await recordChange(tx, deps, { known, change, meta })
  const context = { rules, at: product.modifiedAt, now: meta.seenAt }
  await settleFamily(tx, { shopId: shop.id, parentWcId, before }, context)
  return { kind: 'applied', productId, isNew: known === null }
}

function noteDoubt({ log }: Pick<ApplyDeps, 'log'>, shopId: number, product: WooProduct): void {
  const { shownPrice: shown, wcId, priceEntered } = product
  if (shown.kind !== 'unsure') return
  log.info(
    { shopId, wcId, priceEntered, reason: shown.reason },
    'the price a consumer is shown could not be read from price_html: the price as typed in stands for it',
  )
}

export function contextOf(
  family: readonly Product[],
  { product, meta, rules }: { product: WooProduct; meta: ChangeMeta; rules: StockRules },
): ChangeContext {
  return {
    parent: family.find((member) => member.wcId === product.parentWcId) ?? null,
    variations:
      product.parentWcId === null
        ? family.filter((member) => member.parentWcId === product.wcId && !isGone(member))
        : [],
    rules,
    source: meta.source,
  }
}

export async function loadRules(
  tx: Tx,
  deps: Pick<ApplyDeps, 'backorderIsInStock'>,
  shopId: number,
): Promise<StockRules> {
  return { backorderIsInStock: await deps.backorderIsInStock(tx, shopId) }
}

async function recordChange(
  tx: Tx,
  deps: ApplyDeps,
  {
    known,
    change,
    meta,
  }: { known: Product; change: Extract<ProductChange, { kind: 'changed' }>; meta: ChangeMeta },
): Promise<void> {
  const { fields, stockChange, cycle } = change
  const at = fields.modifiedAt
  if (change.priceChanged)
    await insertPriceEvent(tx, known, fields, { ...meta, at: pricedAt(known, fields, meta) })
  if (change.isShownOtherwise) await deps.forgetSeenPrices(tx, known.id)
  if (cycle === 'closed') await closeCycles(tx, [known.id], at)
  if (cycle !== undefined) tx.afterCommit(() => deps.wake('campaigns'))
  if (stockChange === undefined) return
  const { shopId, wcId } = known
  const cause = await deps.findStockCause(tx, { shopId, wcId, at, direction: stockChange })
  await insertStockEvent(tx, known, fields, { ...meta, cause })
  if (cycle === 'opened') await openCycle(tx, known, { openedAt: at, seenAt: meta.seenAt, cause })
}

// A read that finds another price in a version of the same date has met a price that changed without being saved: by tax or a plugin.
function pricedAt(known: Product, { modifiedAt }: ProductFields, { source, seenAt }: ChangeMeta): Date {
  return source === 'webhook' || modifiedAt > known.modifiedAt ? modifiedAt : seenAt
}

/**
 * A product went to the trash, or out of the shop for good (`deleted`, which also ends its spell in stock): off sale at once, and its
 * variations with it. A later version brings it back.
 */
export async function markProductGone(
  tx: Tx,
  deps: Pick<ApplyDeps, 'wake' | 'backorderIsInStock'>,
  which: { shopId: number; wcId: number },
  how: { status: 'trash' | 'deleted'; now: Date },
): Promise<{ kind: 'applied' } | { kind: 'unchanged' } | { kind: 'unknown' }> {
  const { shopId, wcId } = which
  const found = await findProductByWcId(tx, shopId, wcId)
  if (found === undefined) return { kind: 'unknown' }
  const parentWcId = found.parentWcId ?? found.wcId
  await lockFamily(tx, shopId, parentWcId)
  const before = await listFamily(tx, shopId, parentWcId)
  const gone = await markGone(tx, found, how.status, how.now)
  if (gone.length === 0) return { kind: 'unchanged' }
  if (how.status === 'deleted') await closeCycles(tx, gone, how.now)
  const rules = await loadRules(tx, deps, shopId)
  await settleFamily(tx, { shopId, parentWcId, before }, { rules, at: how.now, now: how.now })
  tx.afterCommit(() => deps.wake('campaigns'))
  return { kind: 'applied' }
}
