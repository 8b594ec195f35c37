/** A refusal in WordPress's form. */
export class RestError extends Error {
  readonly status: number
  readonly code: string
  readonly data: unknown

  constructor(status: number, code: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'RestError'
    this.status = status
    this.code = code
    this.data = { status, ...data }
  }
}

export function toRestBody({ code, message, data }: RestError): Record<string, unknown> {
  return { code, message, data }
}

export function noRoute(): RestError {
  return new RestError(404, 'rest_no_route', 'No route was found matching the URL and request method.')
}

/** Reads answer 404, writes 400: so do products, orders and the rest. */
export function invalidId(resource: string, status: 400 | 404 = 404): RestError {
  const kind =
    resource === 'order' || resource === 'coupon' || resource === 'webhook' ? `shop_${resource}` : resource
  return new RestError(status, `woocommerce_rest_${kind}_invalid_id`, 'Invalid ID.')
}

export function alreadyTrashed(what: string): RestError {
  return new RestError(410, 'woocommerce_rest_already_trashed', `The ${what} has already been deleted.`)
}
