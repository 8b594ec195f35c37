import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { AxiosError, type AxiosResponse } from 'axios'
import { redactText } from './redact.ts'

export interface HttpClientOptions {
  /** Paths of requests are put behind it. */
  baseURL: string
  /** From the start of a request to the last byte of its answer. */
  timeoutMs: number
  headers?: Readonly<Record<string, string>>
  /** At most this many connections at once, kept open between requests (default 50). */
  maxSockets?: number
  /** Longer answers count as `unknown` (default 32 MB). */
  maxAnswerBytes?: number
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base address, or a whole address (Meta's paging links). */
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  headers?: Readonly<Record<string, string>>
  /** An object or an array is sent as JSON; a string, URLSearchParams, FormData or Buffer as it is. */
  body?: unknown
  timeoutMs?: number
  signal?: AbortSignal
}

export interface HttpAnswer {
  kind: 'answered'
  status: number
  /** Names in small letters. */
  headers: Readonly<Record<string, string>>
  /** Parsed JSON, or the text itself where it is none. */
  body: unknown
}

export type HttpResult =
  | HttpAnswer
  /** The request reached nobody: it can be made again without a second thought. */
  | { kind: 'refused'; reason: string }
  /** It may have been carried out: timed out, or cut off after it had begun. */
  | { kind: 'unknown'; reason: string }

export interface HttpClient {
  /** Never throws: neither for a status nor for a failure of the network. */
  request(request: HttpRequest): Promise<HttpResult>
  close(): void
}

/** Nothing of the request has left this machine, or nobody was there to take it. */
const neverArrived = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL',
  'ERR_INVALID_URL', 'ERR_BAD_OPTION_VALUE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED',
  'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]) // prettier-ignore

/** One client per other system. Redirects are not followed: they would carry the credentials to an address nobody checked. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const maxSockets = options.maxSockets ?? 50
  const agentOptions = { keepAlive: true, keepAliveMsecs: 10_000, maxSockets, maxFreeSockets: maxSockets }
  const httpAgent = new HttpAgent(agentOptions)
  const httpsAgent = new HttpsAgent(agentOptions)
  const client = axios.create({
    baseURL: options.baseURL,
    headers: { accept: 'application/json', ...options.headers },
    maxRedirects: 0,
    maxContentLength: options.maxAnswerBytes ?? 32 * 1024 * 1024,
    maxBodyLength: Infinity,
    validateStatus: () => true,
    // Only addresses that were configured are called, so no proxy is picked up from the environment.
    proxy: false,
    responseType: 'text',
    transitional: { clarifyTimeoutError: true, silentJSONParsing: true, forcedJSONParsing: false },
    httpAgent,
    httpsAgent,
  })
  return {
    request: async (request) => {
      const deadline = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs)
      try {
        const answer = await client.request<string>({
          method: request.method,
          url: request.path,
          ...(request.query === undefined ? {} : { params: request.query }),
          ...(request.headers === undefined ? {} : { headers: { ...request.headers } }),
          ...(request.body === undefined ? {} : { data: request.body }),
          // axios's own time-out watches only for silence; this one holds however slowly the answer drips in.
          signal: request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]),
        })
        return toAnswer(answer)
      } catch (thrown) {
        return toFailure(thrown, deadline.aborted)
      }
    },
    close: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

function toAnswer(answer: AxiosResponse<string>): HttpAnswer {
  const headers = Object.entries(answer.headers as Record<string, unknown>).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : String(value),
  ])
  return {
    kind: 'answered',
    status: answer.status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: parseBody(answer.data),
  }
}

/** By what it is, not by what its content type says: shops answer JSON as text/html, and errors the other way round. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function toFailure(thrown: unknown, timedOut: boolean): HttpResult {
  if (timedOut) return { kind: 'unknown', reason: 'timed out' }
  const code = thrown instanceof AxiosError ? codeOf(thrown) : undefined
  const said = redactText(thrown instanceof Error ? thrown.message : String(thrown))
  const reason = code === undefined || said.includes(code) ? said : `${code}: ${said}`
  return { kind: code !== undefined && neverArrived.has(code) ? 'refused' : 'unknown', reason }
}

/** Where a name has several addresses, Node reports one error per address inside an AggregateError. */
function codeOf(error: AxiosError): string | undefined {
  const { cause } = error
  const inner =
    cause instanceof AggregateError ? (cause.errors[0] as { code?: string } | undefined) : undefined
  return inner?.code ?? error.code ?? (cause as { code?: string } | undefined)?.code
}
