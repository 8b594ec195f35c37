// Readers for fields of WooCommerce's JSON, which plugins bend: nothing is trusted to have its documented type.

export type Fields = Readonly<Record<string, unknown>>

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function readList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function readText(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\uFFFD')
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : ''
}

export function readOptionalText(value: unknown): string | null {
  const text = readText(value).trim()
  return text === '' ? null : text
}

/** A whole number within the safe range, also when sent as text; decimals are rounded down. */
export function readInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  const whole = Math.floor(number)
  return Number.isSafeInteger(whole) ? whole : undefined
}

const largestInt4 = 2_147_483_647

/** A quantity, within what a database integer holds. */
export function readQuantity(value: unknown): number | undefined {
  const quantity = readInteger(value)
  return quantity === undefined ? undefined : Math.max(-largestInt4, Math.min(largestInt4, quantity))
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** What a person reads of a piece of HTML: WordPress keeps "&" as an entity even in names. */
export function readHtml(value: unknown): string {
  return readText(
    readText(value)
      .replace(/<[^<>]*>/g, ' ')
      .replace(/&(#\d{1,7}|[a-z]{2,4});/gi, (entity, name: string) => decodeEntity(name) ?? entity)
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

function decodeEntity(name: string): string | undefined {
  if (!name.startsWith('#')) return named[name.toLowerCase()]
  const code = Number(name.slice(1))
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

/** An id: a whole number above zero. */
export function readId(value: unknown): number | undefined {
  const id = readInteger(value)
  return id !== undefined && id > 0 ? id : undefined
}

/** `…_gmt` fields are UTC without a Z: "2026-11-20T23:52:07". */
export function readGmt(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) return null
  const at = new Date(`${value.slice(0, 19)}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}
