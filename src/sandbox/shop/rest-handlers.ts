import { runBatch } from './batch.ts'
import { coupons } from './coupon-resource.ts'
import { customers } from './customer-resource.ts'
import type { Page, Query } from './list-items.ts'
import { orders, refunds } from './order-resource.ts'
import type { Given } from './product-changes.ts'
import { listAllVariations, products, variations } from './product-resource.ts'
import { checkParams, readBoolean } from './rest-params.ts'
import { ownId, type Body, type RestResource } from './rest-resource.ts'
import { pingIfPending, runRequest, type RequestDeps } from './run-request.ts'
import { findSetting, listCategories, listSettings, renderSystemStatus } from './site-info.ts'
import { webhooks } from './webhook-resource.ts'

export interface Call {
  method: string
  /** The numbers in the path, the object's own last. */
  at: readonly number[]
  /** Of settings: their names in the path. */
  words: readonly string[]
  query: Query
  body: Given
}

export interface Answer {
  status: number
  body: Body | Body[]
  page?: Page<unknown>
  location?: string
}

type Handle = (deps: RequestDeps, call: Call) => Promise<Answer> | Answer

interface Route {
  path: RegExp
  verbs: Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handle>>>
  isCollection: boolean
}

const resources: readonly RestResource[] = [
  products,
  variations,
  orders,
  refunds,
  customers,
  coupons,
  webhooks,
]

const routes: readonly Route[] = [
  readOnly('products/categories', (deps, { query }) => paged(listCategories(deps, query)), true),
  readOnly('variations', (deps, { query }) => paged(listAllVariations(deps, query)), true),
  readOnly('system_status', (deps) => ({ status: 200, body: renderSystemStatus(deps) })),
  readOnly(
    'settings/([a-z_]+)',
    (deps, { words: [group = ''] }) => ({ status: 200, body: listSettings(deps, group) }),
    true,
  ),
  readOnly('settings/([a-z_]+)/([a-z_]+)', (deps, { words: [group = '', name = ''] }) => ({
    status: 200,
    body: findSetting(deps, group, name),
  })),
  ...resources.flatMap(routesOf),
]

function readOnly(path: string, handle: Handle, isCollection = false): Route {
  return { path: patternOf(path), verbs: { GET: handle }, isCollection }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^wc/v3/${path.replaceAll('#', String.raw`(\d+)`)}$`)
}

export interface FoundHandler {
  handle: Handle
  at: readonly number[]
  words: readonly string[]
  allow: string
  isCollection: boolean
}

/** POST and PATCH on an object are a PUT, as everywhere in WordPress. */
export function findHandler(method: string, path: string): FoundHandler | undefined {
  for (const route of routes) {
    const found = route.path.exec(path)
    if (found === null) continue
    const isPut = method === 'PATCH' || (method === 'POST' && route.verbs.POST === undefined)
    const handle = route.verbs[(isPut ? 'PUT' : method) as 'GET']
    if (handle === undefined) continue
    const words = found.slice(1)
    const allow = Object.keys(route.verbs)
      .flatMap((verb) => (verb === 'PUT' ? ['POST', 'PUT', 'PATCH'] : [verb]))
      .join(', ')
    return { handle, at: words.map(Number), words, allow, isCollection: route.isCollection }
  }
  return undefined
}

function paged(page: Page<Body>): Answer {
  return { status: 200, body: page.items, page }
}

function routesOf(resource: RestResource): Route[] {
  return [
    {
      path: patternOf(`${resource.path}/batch`),
      isCollection: true,
      verbs: { PUT: (deps, call) => answerBatch(deps, resource, call) },
    },
    {
      path: patternOf(resource.path),
      isCollection: true,
      verbs: {
        GET: (deps, { at, query }) => paged(resource.list(deps, at, query)),
        POST: (deps, call) => answerCreate(deps, resource, call),
      },
    },
    {
      path: patternOf(`${resource.path}/#`),
      isCollection: false,
      verbs: {
        GET: (deps, { at }) => ({ status: 200, body: resource.find(deps, at) }),
        PUT: (deps, call) => answerUpdate(deps, resource, call),
        DELETE: async (deps, { at, query, body }) => ({
          status: 200,
          body: await runRequest(deps, (request) =>
            resource.remove(request, at, readBoolean(query.force ?? body.force)),
          ),
        }),
      },
    },
  ]
}

async function answerCreate(deps: RequestDeps, resource: RestResource, { at, body }: Call): Promise<Answer> {
  checkParams(body, resource.schema)
  const created = await runRequest(deps, (request) => resource.create(request, at, body))
  if (resource === webhooks) await pingIfPending(deps, Number(created.id))
  const path = resource.path.replace('#', String(at[0] ?? ''))
  return {
    status: 201,
    body: created,
    location: `${deps.site.url()}/wp-json/wc/v3/${path}/${String(created.id)}`,
  }
}

async function answerUpdate(deps: RequestDeps, resource: RestResource, { at, body }: Call): Promise<Answer> {
  checkParams(body, resource.schema)
  const updated = await runRequest(deps, (request) => resource.update(request, at, body))
  if (resource === webhooks) await pingIfPending(deps, ownId(at))
  return { status: 200, body: updated }
}

async function answerBatch(deps: RequestDeps, resource: RestResource, { at, body }: Call): Promise<Answer> {
  const result = await runRequest(deps, (request) => runBatch(request, resource, at, body))
  if (resource === webhooks) for (const { id } of deps.state.webhooks.all()) await pingIfPending(deps, id)
  return { status: 200, body: result }
}
