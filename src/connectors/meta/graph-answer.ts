import type { HttpAnswer, HttpRequest, HttpResult } from '../../platform/http-client.ts'
import { asInteger, asObject, asText, type JsonObject } from './read-json.ts'

/** A request with version and token added. */
export type Call = (request: HttpRequest) => Promise<HttpResult>

/** Meta said no, or (with `code` null) could not be reached: nothing was done. */
export interface Refusal {
  kind: 'refused'
  code: number | null
  details: string
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
  return { kind: 'refused', code: asInteger(error.code) ?? null, details: details ?? message }
}
