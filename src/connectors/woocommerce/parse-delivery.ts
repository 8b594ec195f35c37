import { parseBody } from './parse-body.ts'
import { asFields, readId, readText } from './read-fields.ts'

/** A validly signed webhook body is not always an object of its topic. */
export type WooDelivery =
  | { kind: 'object'; value: unknown }
  /** `*.deleted`: an id and nothing else. */
  | { kind: 'deleted'; wcId: number }
  /** An error of the shop in place of the object: it was gone when the payload was built, or the request had no route to it. */
  | { kind: 'odd'; reason: string }

/** Never throws. */
export function parseDelivery(topic: string, body: string): WooDelivery {
  const parsed = parseBody(body)
  if (parsed.kind === 'odd') return parsed
  const fields = asFields(parsed.value)
  if (fields === undefined) return { kind: 'odd', reason: 'not_an_object' }
  const wcId = readId(fields.id)
  if (wcId === undefined) {
    const code = readText(fields.code)
    return { kind: 'odd', reason: code === '' ? 'no_id' : `error_body:${code.slice(0, 60)}` }
  }
  return topic.endsWith('.deleted') ? { kind: 'deleted', wcId } : { kind: 'object', value: fields }
}
