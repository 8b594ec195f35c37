import { RestError } from './rest-error.ts'

// WordPress holds each parameter of a query or a body against its schema and tells all that do not fit at once.

export type Rule =
  | { type: 'integer'; min?: number; max?: number }
  | { type: 'number' | 'string' | 'boolean' | 'array' | 'object' | 'date' | 'ids' }
  | { type: 'enum'; values: readonly string[] }

export type Schema = Readonly<Record<string, Rule>>

interface Misfit {
  code: string
  message: string
  data: unknown
}

/** Throws 400 `rest_invalid_param`. Parameters that the schema does not name pass. */
export function checkParams(given: Readonly<Record<string, unknown>>, schema: Schema): void {
  const misfits = Object.entries(schema).flatMap(([name, rule]) => {
    const misfit = given[name] === undefined ? undefined : misfitOf(name, given[name], rule)
    return misfit === undefined ? [] : [[name, misfit] as const]
  })
  if (misfits.length === 0) return
  throw new RestError(
    400,
    'rest_invalid_param',
    `Invalid parameter(s): ${misfits.map(([name]) => name).join(', ')}`,
    {
      params: Object.fromEntries(misfits.map(([name, { message }]) => [name, message])),
      details: Object.fromEntries(misfits),
    },
  )
}

function misfitOf(name: string, value: unknown, rule: Rule): Misfit | undefined {
  switch (rule.type) {
    case 'integer':
      return isInteger(value) ? outOfBounds(name, Number(value), rule) : wrongType(name, rule.type)
    case 'number':
      return isNumeric(value) ? undefined : wrongType(name, rule.type)
    case 'string':
      return typeof value === 'string' ? undefined : wrongType(name, rule.type)
    case 'boolean':
      return isBoolean(value) ? undefined : wrongType(name, rule.type)
    case 'array':
      return Array.isArray(value) ? undefined : wrongType(name, rule.type)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? undefined
        : wrongType(name, rule.type)
    case 'ids':
      return toList(value).every(isInteger) ? undefined : wrongType(`${name}[0]`, 'integer')
    case 'date':
      return typeof value === 'string' &&
        /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value)
        ? undefined
        : { code: 'rest_invalid_date', message: 'Invalid date.', data: null }
    case 'enum':
      return toList(value).every((one) => rule.values.includes(String(one)))
        ? undefined
        : notInEnum(name, rule.values)
  }
}

function wrongType(param: string, type: string): Misfit {
  return { code: 'rest_invalid_type', message: `${param} is not of type ${type}.`, data: { param } }
}

function outOfBounds(
  name: string,
  value: number,
  { min, max }: { min?: number; max?: number },
): Misfit | undefined {
  const isIn = (min === undefined || value >= min) && (max === undefined || value <= max)
  if (isIn) return undefined
  const message =
    max === undefined
      ? `${name} must be greater than or equal to ${min ?? 0}`
      : `${name} must be between ${min ?? 0} (inclusive) and ${max} (inclusive)`
  return { code: 'rest_out_of_bounds', message, data: null }
}

function notInEnum(name: string, values: readonly string[]): Misfit {
  const list = `${values.slice(0, -1).join(', ')}${values.length > 2 ? ',' : ''} and ${values.at(-1) ?? ''}`
  return { code: 'rest_not_in_enum', message: `${name} is not one of ${list}.`, data: null }
}

// A query holds texts only, so texts that spell the value pass for it.

function isInteger(value: unknown): boolean {
  return isNumeric(value) && Number.isInteger(Number(value))
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean' || ['true', 'false', '0', '1', 0, 1].includes(value as string)
}

export function readBoolean(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true'
}

export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value]
}
