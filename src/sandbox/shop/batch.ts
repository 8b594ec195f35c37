import { asFields, asList } from '../read-values.ts'
import type { Given } from './product-changes.ts'
import { RestError, toRestBody } from './rest-error.ts'
import type { Body, RestResource } from './rest-resource.ts'
import type { ShopRequest } from './shop-state.ts'

const maxItems = 100

/** Up to 100 items, each with its own error; the whole answers 200 all the same. Deleting here is for good. */
export function runBatch(
  request: ShopRequest,
  resource: RestResource,
  above: readonly number[],
  given: Given,
): Body {
  const creates = asList(given.create)
  const updates = asList(given.update)
  const deletes = asList(given.delete)
  if (creates.length + updates.length + deletes.length > maxItems) {
    throw new RestError(
      413,
      'woocommerce_rest_request_entity_too_large',
      `Unable to accept more than ${maxItems} items for this request.`,
    )
  }
  const idOf = (item: unknown): number => Number(asFields(item)?.id ?? item)
  return {
    ...(creates.length === 0
      ? {}
      : {
          create: creates.map((item) =>
            attempt(0, () => resource.create(request, above, asFields(item) ?? {})),
          ),
        }),
    ...(updates.length === 0
      ? {}
      : {
          update: updates.map((item) =>
            attempt(idOf(item), () => resource.update(request, [...above, idOf(item)], asFields(item) ?? {})),
          ),
        }),
    ...(deletes.length === 0
      ? {}
      : {
          delete: deletes.map((item) =>
            attempt(idOf(item), () => resource.remove(request, [...above, idOf(item)], true)),
          ),
        }),
  }
}

function attempt(id: number, work: () => Body): Body {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof RestError)) throw thrown
    return { id, error: toRestBody(thrown) }
  }
}
