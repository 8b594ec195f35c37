import type { WooClient } from '../connectors/woocommerce/woo-client.ts'
import { readProduct, type ReadProduct } from '../connectors/woocommerce/woo-shop.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { applyProductVersion, markProductGone, type ApplyDeps } from './apply-product-version.ts'
import { loadProduct } from './product-store.ts'
import type { ShopOfCatalog } from './product.ts'

export interface RereadDeps extends ApplyDeps {
  db: Database
  clock: Clock
  wooClientOf: (shopId: number) => Promise<WooClient>
}

export type Reread = { kind: 'read' } | { kind: 'gone' } | { kind: 'unavailable'; reason: string }

/**
 * Asks the shop what it has and charges now, and takes the answer in. A variation's parent is asked for, too: it decides whether the
 * variation can be seen, and may keep its stock. For use outside a transaction. `unavailable`: nothing could be learned, so nothing
 * should be announced.
 */
export async function rereadProduct(
  deps: RereadDeps,
  shop: ShopOfCatalog,
  productId: number,
): Promise<Reread> {
  const { wcId, parentWcId } = await loadProduct(deps.db, productId)
  const targets = [
    ...(parentWcId === null ? [] : [{ wcId: parentWcId, parentWcId: null }]),
    { wcId, parentWcId },
  ]
  const client = await deps.wooClientOf(shop.id)
  const reads = await Promise.all(targets.map((target) => readProduct(client, target, shop.currency)))
  const failed = reads.find((read) => read.kind === 'unavailable')
  if (failed !== undefined) return failed
  await deps.db.transaction(async (tx) => {
    for (const [at, target] of targets.entries()) await takeIn(tx, deps, shop, { ...target, read: reads[at] })
  })
  return reads.some((read) => read.kind === 'gone') ? { kind: 'gone' } : { kind: 'read' }
}

/** Takes in what a read has brought; `unavailable` brings nothing. */
export async function takeIn(
  tx: Tx,
  deps: RereadDeps,
  shop: ShopOfCatalog,
  { wcId, read }: { wcId: number; read: ReadProduct | undefined },
): Promise<void> {
  const now = deps.clock.now()
  if (read?.kind === 'gone') {
    await markProductGone(tx, deps, { shopId: shop.id, wcId }, { status: 'deleted', now })
  } else if (read?.kind === 'product') {
    await applyProductVersion(tx, deps, shop, {
      product: read.product,
      meta: { source: 'reread', seenAt: now },
    })
  }
}
