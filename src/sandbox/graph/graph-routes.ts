import { Router, type NextFunction, type Request, type Response } from 'express'
import type { Logger } from '../../platform/log.ts'
import { readRawBody } from '../../platform/web.ts'
import { asFields, type Fields } from '../read-values.ts'
import { queryOf } from '../query-of.ts'
import { toWireJson } from '../wire-json.ts'
import { authorize } from './authorize.ts'
import { GraphError, toGraphBody, unknownObject, unknownPath } from './graph-error.ts'
import { renderNumber } from './number-info.ts'
import { sendMessage, type SendDeps } from './send-message.ts'
import { createTemplate, deleteTemplates, listTemplates, renderTemplate } from './templates.ts'
import { beginUpload, takeUpload } from './uploads.ts'

export interface GraphDeps extends SendDeps {
  log: Logger
  graphUrl: () => string
}

interface Call {
  method: string
  /** Below the version: `106540352242922/messages`. */
  path: string
  query: URLSearchParams
  raw: Buffer
  url: string
}

const versions = /^v(2[1-6])\.0$/
const maxBodyBytes = 5 * 1024 * 1024

/** The Graph API below /graph: versions 21 to 26, one business account with one number. */
export function graphRoutes(deps: GraphDeps): Router {
  const router = Router()
  router.use(async (request: Request, response: Response) => {
    const query = queryOf(request)
    const [version = '', ...rest] = request.path.split('/').filter((part) => part !== '')
    if (!versions.test(version)) throw unknownPath(request.path)
    authorize(request, query, deps.account.accessToken)
    const path = decodeURIComponent(rest.join('/'))
    const raw = await readRawBody(request, maxBodyBytes)
    const answer = answerCall(deps, {
      method: request.method,
      path,
      query,
      raw,
      url: `${deps.graphUrl()}${request.path}`,
    })
    if (request.method === 'POST' && path.endsWith('/messages') && deps.faults.loseAnswers > 0) {
      deps.faults.loseAnswers -= 1
      request.socket.destroy()
      return
    }
    send(response, 200, answer)
  })
  // Express knows a handler of failures by its four parameters.
  router.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    if (!(thrown instanceof GraphError))
      deps.log.error({ err: thrown }, 'The sandbox failed to play the Graph API')
    const error = thrown instanceof GraphError ? thrown : new GraphError(1, undefined, { status: 500 })
    send(response, error.status, toGraphBody(error, `A${deps.random.token(16)}`))
  })
  return router
}

function answerCall(deps: GraphDeps, call: Call): Fields {
  const { account, state } = deps
  const [node = '', edge] = call.path.split('/')
  if (call.path === 'app/uploads' && call.method === 'POST') return beginUpload(deps, call.query)
  if (node.startsWith('upload:') && call.method === 'POST') return takeUpload(deps, node, call.raw)
  if (node === account.phoneNumberId) return answerNumber(deps, call, edge)
  if (node === account.wabaId) return answerAccount(deps, call, edge)
  const template = state.templates.find(node)
  if (template !== undefined && edge === undefined && call.method === 'GET') {
    return renderTemplate(template, call.query.get('fields'))
  }
  throw node === '' ? unknownPath(`/${call.path}`) : unknownObject(node, call.method)
}

function answerNumber(deps: GraphDeps, call: Call, edge: string | undefined): Fields {
  if (edge === 'messages' && call.method === 'POST') return sendMessage(deps, readBody(call))
  if (edge === undefined && call.method === 'GET') return renderNumber(deps.account, call.query.get('fields'))
  throw unknownObject(deps.account.phoneNumberId, call.method)
}

function answerAccount(deps: GraphDeps, call: Call, edge: string | undefined): Fields {
  const { account, state } = deps
  switch (`${call.method} ${edge ?? ''}`) {
    case 'GET ':
      return { id: account.wabaId, name: 'Alfama Roasters', currency: 'EUR', timezone_id: '94' }
    case 'GET phone_numbers':
      return {
        data: [renderNumber(account, call.query.get('fields'))],
        paging: { cursors: { before: 'QQ', after: 'QQ' } },
      }
    case 'GET message_templates':
      return listTemplates(state, call.query, call.url)
    case 'POST message_templates':
      return createTemplate(deps, readBody(call))
    case 'DELETE message_templates':
      return deleteTemplates(state, call.query)
    case 'GET subscribed_apps':
      return { data: [{ whatsapp_business_api_data: { id: '670843887433847', name: 'Sandbox app' } }] }
    case 'POST subscribed_apps':
      return { success: true }
    default:
      throw unknownObject(account.wabaId, call.method)
  }
}

function readBody({ raw }: Call): Fields {
  try {
    const fields = asFields(JSON.parse(raw.toString('utf8')))
    if (fields !== undefined) return fields
  } catch {
    // Told below.
  }
  throw new GraphError(100, undefined, { title: '(#100) The body is not a JSON object.' })
}

function send(response: Response, status: number, body: unknown): void {
  response
    .status(status)
    .set('content-type', 'application/json; charset=UTF-8')
    .set('facebook-api-version', 'v25.0')
    .send(Buffer.from(toWireJson(body)))
}
