import type { HttpAnswer, HttpRequest, HttpResult } from '../../platform/http-client.ts'
import { asInteger, asObject, asText, objectsIn, type JsonObject } from './read-json.ts'

/** A request with version and token added. */
export type Call = (request: HttpRequest) => Promise<HttpResult>

/** Meta said no, or (with `code` null) could not be reached: nothing was done. */
export interface Refusal {
  kind: 'refused'
  code: number | null
  details: string
  /** Too many calls: for how long Meta takes no more of them, where it says so. */
  waitSeconds?: number
}

/** Nobody knows whether it was done. */
export interface Unknown {
  kind: 'unknown'
  reason: string
}

export type Answer = { kind: 'answered'; body: JsonObject } | Refusal | Unknown

/** An error body, whatever its HTTP status, is a refusal. A 5xx without one comes from something between us: who knows what it passed on. */
export function readAnswer(result: HttpResult): Answer {
  if (result.kind === 'refused') return { kind: 'refused', code: null, details: result.reason }
  if (result.kind === 'unknown') return result
  const refusal = readError(result)
  if (refusal !== undefined) return refusal
  if (result.status >= 500)
    return { kind: 'unknown', reason: `answered ${result.status} without an error body` }
  if (result.status >= 300) return { kind: 'refused', code: null, details: `answered ${result.status}` }
  const body = asObject(result.body)
  return body === undefined
    ? { kind: 'unknown', reason: 'answered something else than JSON' }
    : { kind: 'answered', body }
}

function readError(answer: HttpAnswer): Refusal | undefined {
  const error = asObject(asObject(answer.body)?.error)
  if (error === undefined) return undefined
  const details = asText(asObject(error.error_data)?.details)
  const message = asText(error.error_user_msg) ?? asText(error.message) ?? 'no message'
  const waitSeconds = readWaitSeconds(answer.headers['x-business-use-case-usage'])
  return {
    kind: 'refused',
    code: asInteger(error.code) ?? null,
    details: details ?? message,
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
  }
}

const longestWaitSeconds = 86_400

/** `{"<account>": [{type, call_count, …, estimated_time_to_regain_access: minutes}]}` (Graph API, rate limiting). */
function readWaitSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const minutes = Object.values(asObject(parseJson(header)) ?? {}).flatMap((uses) =>
    objectsIn(uses).map((use) => asInteger(use.estimated_time_to_regain_access) ?? 0),
  )
  const longest = Math.max(0, ...minutes)
  return longest === 0 ? undefined : Math.min(longest * 60, longestWaitSeconds)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
