import { Router } from 'express'
import { followLink, type FollowLinkDeps } from './follow-link.ts'

const notFound =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>Link not found</title><p>This link is not (or no longer) one of ours. Please check that it is complete.</p></html>'

/** `/r/:token`: the links in our messages. */
export function createLinkRoutes(deps: FollowLinkDeps): Router {
  const router = Router()
  router.get('/r/:token', async (request, response) => {
    const address = await followLink(deps, request.params.token, {
      method: request.method,
      userAgent: request.get('user-agent'),
      purpose: request.get('sec-purpose') ?? request.get('purpose') ?? request.get('x-moz'),
    })
    response.set({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    if (address === undefined) response.status(404).type('html').send(notFound)
    else response.redirect(302, address)
  })
  return router
}
