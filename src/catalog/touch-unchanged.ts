import type { WooProduct } from '../connectors/woocommerce/woo-product.ts'
import type { ReadProduct } from '../connectors/woocommerce/woo-shop.ts'
import type { Tx } from '../platform/database.ts'
import { contextOf, loadRules } from './apply-product-version.ts'
import { decideProductChange } from './decide-product-change.ts'
import { listFamilies, lockFamilies, touchProducts } from './product-store.ts'
import type { Product, ShopOfCatalog } from './product.ts'
import type { RereadDeps } from './take-in.ts'

const familyOf = (product: { wcId: number; parentWcId: number | null }): number =>
  product.parentWcId ?? product.wcId

/**
 * Most of what is read again is as we know it: that is settled here for a whole answer at once, by the same decision as for each alone.
 * Leaves the families locked. Returns the shop's ids of those that are done with.
 */
export async function touchUnchanged(
  tx: Tx,
  deps: RereadDeps,
  shop: ShopOfCatalog,
  reads: readonly (readonly [number, ReadProduct])[],
): Promise<Set<number>> {
  const products = reads.flatMap(([, read]) => (read.kind === 'product' ? [read.product] : []))
  const parentWcIds = [...new Set(products.map(familyOf))]
  await lockFamilies(tx, shop.id, parentWcIds)
  const families = new Map<number, Product[]>()
  for (const member of await listFamilies(tx, shop.id, parentWcIds)) {
    const family = families.get(familyOf(member))
    if (family === undefined) families.set(familyOf(member), [member])
    else family.push(member)
  }
  const rules = await loadRules(tx, deps, shop.id)
  const meta = { source: 'reread' as const, seenAt: deps.clock.now() }
  const same = products.flatMap((product: WooProduct) => {
    const family = families.get(familyOf(product)) ?? []
    const known = family.find((member) => member.wcId === product.wcId)
    if (known === undefined) return []
    const change = decideProductChange(known, product, contextOf(family, { product, meta, rules }))
    return change.kind === 'changed' ? [] : [{ ...product, id: known.id }]
  })
  await touchProducts(tx, same, meta.seenAt)
  return new Set(same.map(({ wcId }) => wcId))
}
