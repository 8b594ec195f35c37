import { asInteger, asObject, asText, objectsIn } from './read-json.ts'
import type { MetaError } from './webhook-types.ts'

/** Entries without a code say nothing that could be acted on, and are left out (titles are not for logic). */
export function parseErrors(value: unknown): MetaError[] {
  return objectsIn(value).flatMap((error) => {
    const code = asInteger(error.code)
    if (code === undefined) return []
    const title = asText(error.title) ?? asText(error.message) ?? ''
    return [{ code, title, details: asText(asObject(error.error_data)?.details) }]
  })
}
