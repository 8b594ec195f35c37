// Reading what somebody else wrote: each of these answers `undefined` for what is not there or not what it should be.

export type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as unknown[]) : undefined
}

export function objectsIn(value: unknown): JsonObject[] {
  return (asList(value) ?? []).map(asObject).filter((item) => item !== undefined)
}

/** Text that says something. Ids come as numbers in some fields and as text in others. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function asInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** Unix seconds, as text in messages and statuses and as a number in preferences; anything outside 2001-2286 is no such time. */
export function asTime(value: unknown): Date | undefined {
  const seconds = asInteger(value)
  if (seconds === undefined || seconds < 1_000_000_000 || seconds >= 10_000_000_000) return undefined
  return new Date(seconds * 1000)
}
