import { nowSecondMs, type Product, type ShopRequest } from './shop-state.ts'
import { variationsOf } from './stock-rules.ts'

/** Newest first: so WordPress goes through a family. */
function familyOf(request: ShopRequest, product: Product): Product[] {
  return product.type === 'variable'
    ? variationsOf(request, product.id).sort((one, other) => other.id - one.id)
    : []
}

/** product.deleted, for the variations first. */
export function trashProduct(request: ShopRequest, product: Product): void {
  for (const one of [...familyOf(request, product), product]) {
    if (one.status === 'trash') continue
    request.state.products.put(one.id, {
      ...one,
      status: 'trash',
      statusBeforeTrash: one.status,
      modifiedMs: nowSecondMs(request),
    })
    request.fire('product.deleted', one.id)
  }
}

/** Variations are only restored; the product itself is updated and restored. */
export function restoreProduct(request: ShopRequest, product: Product): void {
  for (const one of [...familyOf(request, product), product]) {
    if (one.status !== 'trash') continue
    request.state.products.put(one.id, {
      ...one,
      status: one.statusBeforeTrash ?? 'draft',
      statusBeforeTrash: null,
      modifiedMs: nowSecondMs(request),
    })
    if (one.type !== 'variation') request.fire('product.updated', one.id)
    request.fire('product.restored', one.id)
  }
}

/** For good, with its variations. No webhook ever tells. */
export function deleteProduct(request: ShopRequest, product: Product): void {
  for (const one of [...familyOf(request, product), product]) request.state.products.remove(one.id)
}
