import type { Given } from './product-changes.ts'
import type { Page, Query } from './list-items.ts'
import type { Schema } from './rest-params.ts'
import type { ShopDeps, ShopRequest } from './shop-state.ts'

export type Body = Record<string, unknown>

/** A collection of wc/v3. `at`: the numbers in the path, the object's own last. Everything throws RestError. */
export interface RestResource {
  /** Below wc/v3: `products`, `products/#/variations`. */
  path: string
  /** Of what is written. Batches are not held against it. */
  schema: Schema
  list(deps: ShopDeps, above: readonly number[], query: Query): Page<Body>
  find(deps: ShopDeps, at: readonly number[]): Body
  create(request: ShopRequest, above: readonly number[], given: Given): Body
  update(request: ShopRequest, at: readonly number[], given: Given): Body
  remove(request: ShopRequest, at: readonly number[], isForced: boolean): Body
}

export function toBodies<Item>(page: Page<Item>, render: (item: Item) => Body): Page<Body> {
  return { ...page, items: page.items.map(render) }
}

/** The object's own number. */
export function ownId(at: readonly number[]): number {
  return at.at(-1) ?? 0
}
