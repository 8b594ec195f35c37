import type { Clock } from '../../platform/clock.ts'
import type { HttpAnswer, HttpClient, HttpResult } from '../../platform/http-client.ts'
import type { Random } from '../../platform/random.ts'
import { createLimiter } from './limiter.ts'
import { signQuery, type WooCredentials } from './oauth.ts'
import { parseBody } from './parse-body.ts'
import { asFields, readInteger, readText } from './read-fields.ts'

/** `auto`: Basic over https, OAuth 1.0a over http, and OAuth where https turns out not to be known to the shop. */
export type AuthMode = 'auto' | 'basic' | 'query' | 'oauth1'

export interface WooClientOptions {
  http: HttpClient
  /** The shop's address, without /wp-json. */
  storeUrl: string
  credentials: WooCredentials
  authMode?: AuthMode
  clock: Clock
  random: Random
  /** Waits between tries; given so that a test need not. */
  pause: (ms: number) => Promise<void>
}

export type WooAnswer =
  | { kind: 'ok'; value: unknown; total: number | undefined; pages: number | undefined }
  | { kind: 'refused'; status: number; code: string; message: string }
  /** Not reached, timed out, or something that is not WooCommerce answered. */
  | { kind: 'unavailable'; reason: string }

export interface WooClient {
  get(path: string, query?: Query): Promise<WooAnswer>
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, query?: Query): Promise<WooAnswer>
}

type Query = Readonly<Record<string, string | number | boolean>>
type Scheme = 'basic' | 'query' | 'oauth1'

const callsAtOnce = 2
const retryPausesMs = [1_000, 4_000]

/** Paths are below /wp-json ("wc/v3/products"). At most two calls at once; 429 and 503 are tried again, reads also after a cut. */
export function createWooClient(options: WooClientOptions): WooClient {
  const limit = createLimiter(callsAtOnce)
  let scheme = firstScheme(options)
  const call = async (request: Call): Promise<WooAnswer> => {
    let answer = readAnswer(await options.http.request(toRequest(options, request, scheme)))
    if ((options.authMode ?? 'auto') === 'auto' && scheme === 'basic' && isNotAuthenticated(answer)) {
      const again = readAnswer(await options.http.request(toRequest(options, request, 'oauth1')))
      if (!isNotAuthenticated(again)) {
        scheme = 'oauth1'
        answer = again
      }
    }
    return answer
  }
  const run = (request: Call): Promise<WooAnswer> => limit(() => withRetries(options, request, call))
  return {
    get: (path, query = {}) => run({ method: 'GET', path, query, body: undefined }),
    send: (method, path, body, query = {}) => run({ method, path, query, body }),
  }
}

interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  query: Query
  body: unknown
}

function firstScheme({ authMode = 'auto', storeUrl }: WooClientOptions): Scheme {
  if (authMode !== 'auto') return authMode
  return storeUrl.startsWith('https:') ? 'basic' : 'oauth1'
}

// Under Basic an unknown key is not reported as one: the request goes on without a user, who may not look.
function isNotAuthenticated(answer: WooAnswer): boolean {
  return answer.kind === 'refused' && answer.status === 401 && answer.code === 'woocommerce_rest_cannot_view'
}

async function withRetries(
  options: WooClientOptions,
  request: Call,
  call: (request: Call) => Promise<WooAnswer>,
): Promise<WooAnswer> {
  for (const pauseMs of retryPausesMs) {
    const answer = await call(request)
    const isBusy = answer.kind === 'refused' && (answer.status === 429 || answer.status === 503)
    const isCutRead = answer.kind === 'unavailable' && request.method === 'GET'
    if (!isBusy && !isCutRead) return answer
    await options.pause(pauseMs)
  }
  return call(request)
}

function toRequest(
  options: WooClientOptions,
  request: Call,
  scheme: Scheme,
): Parameters<HttpClient['request']>[0] {
  const url = `${options.storeUrl.replace(/\/+$/, '')}/wp-json/${request.path}`
  const { consumerKey, consumerSecret } = options.credentials
  const base = {
    method: request.method,
    path: url,
    ...(request.body === undefined ? {} : { body: request.body }),
  }
  switch (scheme) {
    case 'basic': {
      const token = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')
      return { ...base, query: request.query, headers: { authorization: `Basic ${token}` } }
    }
    case 'query':
      return {
        ...base,
        query: { ...request.query, consumer_key: consumerKey, consumer_secret: consumerSecret },
      }
    case 'oauth1': {
      const query = signQuery(
        {
          method: request.method,
          url,
          query: request.query,
          timestamp: Math.floor(options.clock.now().getTime() / 1000),
          nonce: options.random.token(24),
        },
        options.credentials,
      )
      // The signature covers exactly these characters, so they are laid down here and not by the HTTP client.
      return { ...base, path: `${url}?${new URLSearchParams(query).toString()}` }
    }
  }
}

function readAnswer(result: HttpResult): WooAnswer {
  if (result.kind !== 'answered') return { kind: 'unavailable', reason: result.reason }
  const fields = asFields(result.body)
  if (result.status >= 200 && result.status < 300) return readOk(result)
  const code = readText(fields?.code)
  if (code === '' && result.status !== 429 && result.status !== 503) {
    return { kind: 'unavailable', reason: `answered ${result.status} without WooCommerce's error form` }
  }
  return { kind: 'refused', status: result.status, code, message: readText(fields?.message).slice(0, 300) }
}

function readOk(result: HttpAnswer): WooAnswer {
  const parsed =
    typeof result.body === 'string' ? parseBody(result.body) : { kind: 'json' as const, value: result.body }
  if (parsed.kind === 'odd') return { kind: 'unavailable', reason: parsed.reason }
  return {
    kind: 'ok',
    value: parsed.value,
    total: readInteger(result.headers['x-wp-total']),
    pages: readInteger(result.headers['x-wp-totalpages']),
  }
}
