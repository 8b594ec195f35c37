import { Router, type NextFunction, type Request, type Response } from 'express'
import type { Logger } from '../../platform/log.ts'
import { readRawBody } from '../../platform/web.ts'
import { queryOf } from '../query-of.ts'
import { asFields } from '../read-values.ts'
import { toWireJson } from '../wire-json.ts'
import { findHandler, type Answer, type Call } from './rest-handlers.ts'
import { readQuery } from './list-items.ts'
import { noRoute, RestError, toRestBody } from './rest-error.ts'
import { strikeRest, type RestFault } from './rest-faults.ts'
import { pickFields } from './pick-fields.ts'
import type { RequestDeps } from './run-request.ts'
import { renderIndex } from './site-info.ts'
import { authenticate, type AuthDeps } from './woo-auth.ts'

export interface RestDeps extends RequestDeps, AuthDeps {
  log: Logger
  faults: RestFault[]
}

const maxBodyBytes = 8 * 1024 * 1024

/** WooCommerce's REST interface below /shop/wp-json. */
export function restRoutes(deps: RestDeps): Router {
  const router = Router()
  router.use(async (request: Request, response: Response) => {
    const parameters = queryOf(request)
    const query = readQuery(parameters)
    const credentials = authenticate(deps, request, parameters)
    const path = request.path.replace(/^\/|\/$/g, '')
    if (path === '' && request.method === 'GET') {
      send(deps, response, { status: 200, body: pickFields(renderIndex(deps), query._fields) })
      return
    }
    const fault = strikeRest(deps.faults, { method: request.method, path })
    if (fault !== undefined && fault.isDone !== true) {
      goWrong(response, fault)
      return
    }
    const found = findHandler(request.method, path)
    if (found === undefined) throw noRoute()
    if (credentials === undefined) throw notAllowed(request.method, found.isCollection)
    const body = readBody(await readRawBody(request, maxBodyBytes))
    const call: Call = { method: request.method, at: found.at, words: found.words, query, body }
    const answer = await found.handle(deps, call)
    if (fault !== undefined) {
      goWrong(response, fault)
      return
    }
    const shown = Array.isArray(answer.body)
      ? answer.body.map((one) => pickFields(one as Record<string, unknown>, query._fields))
      : pickFields(answer.body, query._fields, true)
    send(
      deps,
      response,
      { ...answer, body: shown },
      { allow: found.allow, link: linkOf(deps, request, parameters, answer) },
    )
  })
  // Express knows a handler of failures by its four parameters.
  router.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    if (!(thrown instanceof RestError))
      deps.log.error({ err: thrown }, 'The sandbox failed to play WooCommerce')
    const error =
      thrown instanceof RestError
        ? thrown
        : new RestError(500, 'internal_server_error', 'There has been a critical error.')
    send(deps, response, { status: error.status, body: toRestBody(error) })
  })
  return router
}

function goWrong(response: Response, { answer }: RestFault): void {
  switch (answer) {
    case 'html':
      response.status(403).type('html').send('<!doctype html><title>Checking your browser</title>')
      return
    case 'error_500':
      throw new RestError(500, 'internal_server_error', 'There has been a critical error.')
    case 'busy':
      response.status(503).set('retry-after', '1').type('html').send('Briefly unavailable.')
      return
    case 'no_route':
      throw noRoute()
    case 'cut':
      response.destroy()
      return
    case 'silence':
  }
}

function readBody(raw: Buffer): Call['body'] {
  if (raw.length === 0) return {}
  try {
    const fields = asFields(JSON.parse(raw.toString('utf8')))
    if (fields !== undefined) return fields
  } catch {
    // Told below.
  }
  throw new RestError(400, 'rest_invalid_json', 'Invalid JSON body passed.', {
    json_error_code: 4,
    json_error_message: 'Syntax error',
  })
}

function notAllowed(method: string, isCollection: boolean): RestError {
  const refuse = (verb: string, message: string): RestError =>
    new RestError(401, `woocommerce_rest_cannot_${verb}`, `Sorry, you ${message}.`)
  if (method === 'GET')
    return refuse('view', isCollection ? 'cannot list resources' : 'cannot view this resource')
  if (method === 'DELETE') return refuse('delete', 'are not allowed to delete this resource')
  return isCollection
    ? refuse('create', 'are not allowed to create resources')
    : refuse('edit', 'are not allowed to edit this resource')
}

/** Of a list: the pages before and after it, with the query as it was asked; of anything else the index. */
function linkOf({ site }: RestDeps, request: Request, parameters: URLSearchParams, { page }: Answer): string {
  if (page === undefined) return `<${site.url()}/wp-json/>; rel="https://api.w.org/"`
  const address = `${new URL(site.url()).origin}${request.originalUrl.split('?')[0] ?? ''}`
  const to = (number: number, relation: string): string => {
    const query = new URLSearchParams(parameters)
    query.set('page', String(number))
    return `<${address}?${query.toString()}>; rel="${relation}"`
  }
  const previous = page.page > 1 ? [to(Math.min(page.page - 1, Math.max(1, page.pages)), 'prev')] : []
  return [...previous, ...(page.page < page.pages ? [to(page.page + 1, 'next')] : [])].join(', ')
}

function send(
  { site }: RestDeps,
  response: Response,
  { status, body, page, location }: Answer,
  headers: { allow?: string; link?: string } = {},
): void {
  response.status(status).set('content-type', 'application/json; charset=UTF-8')
  response.set('link', headers.link || `<${site.url()}/wp-json/>; rel="https://api.w.org/"`)
  if (headers.allow !== undefined) response.set('allow', headers.allow)
  if (page !== undefined)
    response.set('x-wp-total', String(page.total)).set('x-wp-totalpages', String(page.pages))
  if (location !== undefined) response.set('location', location)
  response.send(Buffer.from(toWireJson(body)))
}
