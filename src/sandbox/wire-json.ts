/**
 * JSON as Meta and WordPress write it: pure ASCII, with \u00e9 for é and \/ for a slash. A receiver that signs what it has parsed
 * and written again, and not the bytes, finds out here.
 */
export function toWireJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
