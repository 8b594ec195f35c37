/** A row as JSON has it: ids and amounts as numbers (they stay far below 2^53), times as ISO strings in UTC. */
export type Plain<T> = T extends bigint
  ? number
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? Plain<Item>[]
      : T extends object
        ? { [Key in keyof T]: Plain<T[Key]> }
        : T

export function plain<T>(value: T): Plain<T> {
  return convert(value) as Plain<T>
}

function convert(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, convert(part)]))
}
