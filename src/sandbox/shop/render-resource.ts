import { renderOrder } from './render-order.ts'
import { renderCoupon, renderCustomer } from './render-others.ts'
import { renderProduct } from './render-product.ts'
import { invalidId, RestError } from './rest-error.ts'
import type { Resource, ShopDeps } from './shop-state.ts'

/** An object as its REST endpoint shows it, or the error that endpoint answers. */
export function renderResource(
  deps: ShopDeps,
  resource: Resource,
  id: number,
): { kind: 'found'; body: Record<string, unknown> } | { kind: 'gone'; error: RestError } {
  const body = findBody(deps, resource, id)
  if (body !== undefined) return { kind: 'found', body }
  const error =
    resource === 'customer'
      ? new RestError(404, 'woocommerce_rest_invalid_id', 'Invalid resource ID.')
      : invalidId(resource)
  return { kind: 'gone', error }
}

function findBody(deps: ShopDeps, resource: Resource, id: number): Record<string, unknown> | undefined {
  const { state } = deps
  switch (resource) {
    case 'product':
      return render(state.products.find(id), (product) => renderProduct(deps, product))
    case 'order':
      return render(state.orders.find(id), (order) => renderOrder(deps, order))
    case 'customer':
      return render(state.customers.find(id), (customer) => renderCustomer(deps, customer))
    case 'coupon':
      return render(state.coupons.find(id), (coupon) => renderCoupon(deps, coupon))
  }
}

function render<Item>(
  item: Item | undefined,
  to: (item: Item) => Record<string, unknown>,
): Record<string, unknown> | undefined {
  return item === undefined ? undefined : to(item)
}
