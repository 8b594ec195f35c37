import { Router, type Request, type RequestHandler, type Response } from 'express'
import { parseInput } from '../../platform/read-body.ts'
import { readRawBody, Problem } from '../../platform/web.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Sql } from '../../platform/database.ts'
import type { Shop } from '../../shops/shop.ts'
import { refuseWithoutApiToken, visitorTokenOf, type Caller } from './caller.ts'
import { allowOrigin, answerPreflight } from './cors.ts'
import type { Endpoint } from './endpoint.ts'
import { createRateLimit } from './rate-limit.ts'
import { shopOfCall } from './shop-of-call.ts'

export interface RouteDeps {
  db: Sql
  clock: Clock
  apiToken: string
  /** The person a visitor token stands for; throws a 401 Problem when it is not a good one. */
  callerOfVisitor: (shop: Shop, token: string, now: Date) => Promise<Caller>
}

const bodyLimitBytes = 256 * 1024

/** Express routes for the endpoints, each with the same order: who calls, which shop, is what came right, then the work. */
export function buildRoutes(deps: RouteDeps, endpoints: readonly Endpoint[]): Router {
  const router = Router()
  const visitorLimit = createRateLimit({ perMinute: 120 })
  const handler =
    (one: Endpoint): RequestHandler =>
    async (request, response) => {
      const now = deps.clock.now()
      const { shop: shopKey, ...query } = request.query
      const isServer = request.get('authorization') !== undefined || one.caller === 'token'
      if (isServer) refuseWithoutApiToken(request, deps.apiToken)
      else visitorLimit.count(request.ip ?? 'unknown', now.getTime())
      const shop = await shopOfCall(deps.db, shopKey)
      if (!isServer) allowOrigin(request, response, shop)
      const given = one.body === undefined ? undefined : await readBody(request)
      const caller = isServer
        ? ({ kind: 'server' } as const)
        : await callerOf(deps, request, { shop, body: given, now })
      const answer = await one.handle({
        params: one.params === undefined ? {} : parseInput(request.params, one.params),
        query: one.query === undefined ? {} : parseInput(query, one.query),
        body: one.body === undefined ? undefined : parseInput(given, one.body),
        shop,
        caller,
        now,
      })
      send(response, one, answer)
    }
  for (const one of endpoints) {
    router[one.method](one.path, handler(one))
    if (one.caller === 'storefront') {
      router.options(
        one.path,
        answerPreflight((request) => shopOfCall(deps.db, request.query.shop)),
      )
    }
  }
  return router
}

async function callerOf(
  deps: RouteDeps,
  request: Request,
  { shop, body, now }: { shop: Shop; body: unknown; now: Date },
): Promise<Caller> {
  const token = visitorTokenOf(request, body)
  if (token === undefined) {
    throw new Problem(401, 'unauthorized', 'A visitor token or an API token is needed', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
  return deps.callerOfVisitor(shop, token, now)
}

async function readBody(request: Request): Promise<unknown> {
  const bytes = await readRawBody(request, bodyLimitBytes)
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new Problem(400, 'invalid_json', 'The body is not JSON')
  }
}

function send(response: Response, one: Endpoint, answer: unknown): void {
  response.status(one.status)
  if (answer === undefined) response.end()
  else if (Buffer.isBuffer(answer)) response.type(one.contentType).send(answer)
  else response.json(answer)
}
