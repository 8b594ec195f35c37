import type { WooClient } from '../connectors/woocommerce/woo-client.ts'
import type { ReadProduct } from '../connectors/woocommerce/woo-shop.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { applyProductVersion, markProductGone, type ApplyDeps } from './apply-product-version.ts'
import type { ShopOfCatalog } from './product.ts'

export interface RereadDeps extends ApplyDeps {
  db: Database
  clock: Clock
  wooClientOf: (shopId: number) => Promise<WooClient>
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
