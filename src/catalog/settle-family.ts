import type { Tx } from '../platform/database.ts'
import { deriveParent, deriveVariation, type DerivedFields, type FamilyContext } from './decide-family.ts'
import { saveDerived, settleRetailerIds } from './family-store.ts'
import { listFamily } from './product-store.ts'
import type { Product } from './product.ts'

/** Brings a product and its variations into agreement after one of them has changed. Called under the family's lock. */
export async function settleFamily(
  tx: Tx,
  family: { shopId: number; parentWcId: number; before: readonly Product[] },
  context: FamilyContext & { now: Date },
): Promise<void> {
  const members = await listFamily(tx, family.shopId, family.parentWcId)
  const settled = settleVariations(
    settleParent(members, family.parentWcId, context),
    family.parentWcId,
    context,
  )
  const after = settleParent(settled, family.parentWcId, context)
  for (const [at, member] of after.entries()) {
    if (member !== members[at]) await saveDerived(tx, member.id, member, context.now)
  }
  const skus = changedSkus(family.before, after)
  if (skus.length > 0) await settleRetailerIds(tx, family.shopId, skus)
}

export function isGone(product: Pick<Product, 'status'>): boolean {
  return product.status === 'trash' || product.status === 'deleted'
}

// Before its variations, which may have their stock from it, and after them, as it may have its own from theirs.
function settleParent(
  members: readonly Product[],
  parentWcId: number,
  context: FamilyContext,
): readonly Product[] {
  const variations = members.filter((member) => member.wcId !== parentWcId && !isGone(member))
  return members.map((member) =>
    member.wcId === parentWcId ? withDerived(member, deriveParent(member, variations, context)) : member,
  )
}

function settleVariations(
  members: readonly Product[],
  parentWcId: number,
  context: FamilyContext,
): readonly Product[] {
  const parent = members.find((member) => member.wcId === parentWcId) ?? null
  return members.map((member) =>
    member.wcId === parentWcId ? member : withDerived(member, deriveVariation(member, parent, context)),
  )
}

/** The same object when nothing differs. */
function withDerived(member: Product, derived: DerivedFields): Product {
  const differs = Object.entries(derived).some(
    ([name, value]) => JSON.stringify(member[name as keyof DerivedFields]) !== JSON.stringify(value),
  )
  return differs ? { ...member, ...derived } : member
}

/** SKUs that came, went, or belong to a product that came, went or changed its translations. */
function changedSkus(before: readonly Product[], after: readonly Product[]): string[] {
  const claim = (product: Product | undefined): string =>
    JSON.stringify(product === undefined ? null : [product.sku, product.translationGroup, isGone(product)])
  const earlier = new Map(before.map((product) => [product.wcId, product]))
  const changed = after.filter((product) => claim(earlier.get(product.wcId)) !== claim(product))
  const skus = changed.flatMap((product) => [product.sku, earlier.get(product.wcId)?.sku ?? null])
  return [...new Set(skus.filter((sku) => sku !== null))]
}
