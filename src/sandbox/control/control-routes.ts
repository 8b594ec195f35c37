import { Router, type NextFunction, type Request, type Response } from 'express'
import { describeError, HubError } from '../../platform/errors.ts'
import { Problem, readRawBody } from '../../platform/web.ts'
import { asFields, type Fields } from '../read-values.ts'
import { RestError } from '../shop/rest-error.ts'
import { buyerControls } from './buyer-controls.ts'
import { clockControls } from './clock-controls.ts'
import type { Control, ControlDeps } from './control.ts'
import { metaControls } from './meta-controls.ts'
import { shopControls } from './shop-controls.ts'
import { whatsAppControls } from './whatsapp-controls.ts'

/**
 * The sandbox by curl, and by tests in another process; open to whoever reaches the port. `GET /control` lists what there is, for instance
 *   curl localhost:3001/control/people
 *   curl -d '{"text":"Olá"}' localhost:3001/control/people/p1/writes
 *   curl -d '{"quantity":5}' localhost:3001/control/products/COF-SIDAMA/stock
 *   curl -d '{"advanceMinutes":90}' localhost:3001/control/clock
 * A product is named by its id or SKU, a person by id, phone, wa_id or user id.
 */
export function controlRoutes(deps: ControlDeps): Router {
  const controls: readonly Control[] = [
    ...clockControls,
    ...whatsAppControls,
    ...metaControls,
    ...buyerControls,
    ...shopControls,
  ]
  const router = Router()
  router.get('/', (_request, response) => {
    response.json(controls.map(({ method, path, about }) => ({ method, path: `/control${path}`, about })))
  })
  for (const control of controls) {
    const handle = async (request: Request, response: Response): Promise<void> => {
      const body = request.method === 'GET' ? {} : readBody(await readRawBody(request, 1024 * 1024))
      const answer = await control.run(deps, { path: request.params as Record<string, string>, body })
      response.json(answer ?? { ok: true })
    }
    if (control.method === 'GET') router.get(control.path, handle)
    else router.post(control.path, handle)
  }
  router.use((request: Request) => {
    throw new Problem(404, 'not_found', `There is no control ${request.method} ${request.path}`)
  })
  // Express knows a handler of failures by its four parameters.
  router.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const isKnown = thrown instanceof HubError || thrown instanceof RestError || thrown instanceof Problem
    if (!isKnown) deps.log.error({ err: thrown }, 'A control of the sandbox failed')
    response.status(isKnown ? (thrown instanceof Problem ? thrown.status : 400) : 500)
    response.json({ error: describeError(thrown) })
  })
  return router
}

function readBody(raw: Buffer): Fields {
  if (raw.length === 0) return {}
  try {
    const fields = asFields(JSON.parse(raw.toString('utf8')))
    if (fields !== undefined) return fields
  } catch {
    // Told below.
  }
  throw new Problem(400, 'bad_json', 'The body is not a JSON object')
}
