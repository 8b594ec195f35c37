import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../../platform/log.ts'
import { readRawBody } from '../../platform/web.ts'
import { asFields, type Fields } from '../read-values.ts'
import { toWireJson } from '../wire-json.ts'
import { answerSend, type GraphAnswer } from './answer-send.ts'
import { authorize } from './authorize.ts'
import { strike } from './faults.ts'
import { GraphError, toGraphBody, unknownObject, unknownPath } from './graph-error.ts'
import type { ManagementLimits } from './management-limits.ts'
import { renderMedia, takeMedia } from './media.ts'
import { renderNumber } from './number-info.ts'
import type { SendDeps } from './send-deps.ts'
import { sendMessage } from './send-message.ts'
import { unpauseTemplate } from './template-states.ts'
import { createTemplate, deleteTemplates, listTemplates, renderTemplate } from './templates.ts'
import { beginUpload, takeUpload } from './uploads.ts'

export interface GraphDeps extends SendDeps {
  management: ManagementLimits
  log: Logger
  graphUrl: () => string
}

interface Call {
  method: string
  /** Below the version: `106540352242922/messages`. */
  path: string
  query: URLSearchParams
  raw: Buffer
  contentType: string
  url: string
}

const versions = /^v(2[1-6])\.0$/
/** A video with its form around it; documents of up to 100 MB are not played. */
const maxBodyBytes = 17 * 1024 * 1024

/**
 * The Graph API below /graph: versions 21 to 26, one business account with one number. Plain node:http: at a thousand sends a
 * second a framework would cost more than what is played.
 */
export function graphListener(deps: GraphDeps): RequestListener {
  return (request, response) => {
    answerRequest(deps, request, response).catch((thrown: unknown) => send(response, refusalOf(deps, thrown)))
  }
}

async function answerRequest(
  deps: GraphDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, query } = addressOf(request)
  const [version = '', ...rest] = pathname.split('/').filter((part) => part !== '')
  if (!versions.test(version)) throw unknownPath(pathname)
  authorize(request, query, {
    accessToken: deps.account.accessToken,
    isExpired: deps.faults.tokenExpired,
  })
  const path = decodeURIComponent(rest.join('/'))
  const raw = await readRawBody(request, maxBodyBytes)
  const url = `${deps.graphUrl()}${pathname}`
  const contentType = request.headers['content-type'] ?? ''
  const call = { method: request.method ?? 'GET', path, query, raw, contentType, url }
  const play = (): GraphAnswer | Promise<GraphAnswer> => playCall(deps, call)
  if (!isSend(request, path)) send(response, await play())
  else await answerSend(deps.faults, response, play, (answer) => send(response, answer))
}

function isSend({ method }: IncomingMessage, path: string): boolean {
  return method === 'POST' && /\/(marketing_)?messages$/.test(path)
}

async function playCall(deps: GraphDeps, call: Call): Promise<GraphAnswer> {
  try {
    return { status: 200, body: await answerCall(deps, call) }
  } catch (thrown) {
    return refusalOf(deps, thrown)
  }
}

function refusalOf({ log, random, traffic }: GraphDeps, thrown: unknown): GraphAnswer {
  const isKnown = thrown instanceof GraphError
  if (!isKnown) log.error({ err: thrown }, 'The sandbox failed to play the Graph API')
  const error = isKnown ? thrown : new GraphError(1, undefined, { status: 500 })
  traffic.refused(error.code)
  const body = toGraphBody(error, `A${random.token(16)}`)
  return { status: error.status, body, headers: error.headers }
}

/** Below /graph. */
function addressOf(request: IncomingMessage): { pathname: string; query: URLSearchParams } {
  const url = (request.url ?? '').replace(/^\/graph/, '')
  const at = url.indexOf('?')
  return at === -1
    ? { pathname: url, query: new URLSearchParams() }
    : { pathname: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) }
}

function answerCall(deps: GraphDeps, call: Call): Fields | Promise<Fields> {
  const { account, state } = deps
  const [node = '', edge] = call.path.split('/')
  if (call.path === 'app/uploads' && call.method === 'POST') return beginUpload(deps, call.query)
  if (node.startsWith('upload:') && call.method === 'POST') return takeUpload(deps, node, call.raw)
  if (isManagement(deps, node, edge)) beforeManaging(deps)
  if (node === account.wabaId) return answerAccount(deps, call, edge)
  if (node === account.phoneNumberId) return answerNumber(deps, call, edge)
  const template = state.templates.find(node)
  if (template !== undefined && edge === undefined && call.method === 'GET') {
    return renderTemplate(template, call.query.get('fields'))
  }
  if (template !== undefined && edge === 'unpause' && call.method === 'POST')
    return unpauseTemplate(deps, template)
  const media =
    edge === undefined && call.method === 'GET' ? renderMedia(deps, node, deps.graphUrl()) : undefined
  if (media !== undefined) return media
  throw node === '' ? unknownPath(`/${call.path}`) : unknownObject(node, call.method)
}

/** The account, its number without what is sent or uploaded there, and its templates. */
function isManagement({ account, state }: GraphDeps, node: string, edge: string | undefined): boolean {
  if (node === account.phoneNumberId) return edge === undefined
  return node === account.wabaId || state.templates.find(node) !== undefined
}

function beforeManaging({ faults, management }: GraphDeps): void {
  const refusal = strike(faults, 'refuse', null)
  if (refusal !== undefined) throw new GraphError(refusal, 'Refused on demand of the sandbox')
  management.beforeCall()
}

function answerNumber(deps: GraphDeps, call: Call, edge: string | undefined): Fields | Promise<Fields> {
  if ((edge === 'messages' || edge === 'marketing_messages') && call.method === 'POST')
    return sendMessage(deps, readBody(call), edge)
  if (edge === 'media' && call.method === 'POST') return takeMedia(deps, call.raw, call.contentType)
  if (edge === undefined && call.method === 'GET') return renderNumber(deps, call.query.get('fields'))
  throw unknownObject(deps.account.phoneNumberId, call.method)
}

function answerAccount(deps: GraphDeps, call: Call, edge: string | undefined): Fields {
  const { account, state } = deps
  switch (`${call.method} ${edge ?? ''}`) {
    case 'GET ':
      return { id: account.wabaId, name: 'Alfama Roasters', currency: 'EUR', timezone_id: '94' }
    case 'GET phone_numbers':
      return {
        data: [renderNumber(deps, call.query.get('fields'))],
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

function send(response: ServerResponse, { status, body, headers }: GraphAnswer): void {
  // Pure ASCII, so its length is its bytes; a text goes out in one write with its head, a buffer would take two.
  const text = toWireJson(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'facebook-api-version': 'v25.0',
    'content-length': text.length,
    ...headers,
  })
  response.end(text, 'latin1')
}
