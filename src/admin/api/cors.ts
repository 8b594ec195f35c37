import type { Request, RequestHandler, Response } from 'express'
import { Problem } from '../../platform/web.ts'
import type { Shop } from '../../shops/shop.ts'

/** Answers a browser that asks whether a page of the shop may call. */
export function answerPreflight(shopOf: (request: Request) => Promise<Shop>): RequestHandler {
  return async (request, response) => {
    allowOrigin(request, response, await shopOf(request))
    response.set({
      'access-control-allow-methods': 'POST, DELETE',
      'access-control-allow-headers': 'content-type, x-visitor-token',
      'access-control-max-age': '600',
    })
    response.status(204).end()
  }
}

/** Lets the page read the answer. Throws a 403 Problem for a page of anybody else: some requests need no asking beforehand. */
export function allowOrigin(request: Request, response: Response, shop: Shop): void {
  response.vary('Origin')
  const origin = request.get('origin')
  if (origin === undefined) return
  if (!shop.allowedOrigins.includes(origin)) {
    throw new Problem(403, 'origin_not_allowed', 'Pages of this address may not call', {
      detail: 'Add the address to the allowed origins of the shop.',
    })
  }
  response.set({ 'access-control-allow-origin': origin })
  // The platform's security headers say same-origin, which would keep the answer from the page.
  response.set('cross-origin-resource-policy', 'cross-origin')
}
