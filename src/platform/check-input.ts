import type { z } from 'zod'
import type { Fault } from './errors.ts'

export type Checked<T> = { kind: 'good'; value: T } | { kind: 'bad'; faults: Fault[] }

/** Reads a value by its schema; what does not fit comes back as a fault for each field, its path and the reason in words. */
export function checkInput<Schema extends z.ZodType>(
  input: unknown,
  schema: Schema,
): Checked<z.output<Schema>> {
  const parsed = schema.safeParse(input, { error: inWords })
  return parsed.success
    ? { kind: 'good', value: parsed.data }
    : { kind: 'bad', faults: parsed.error.issues.flatMap(faultsOfIssue) }
}

function faultsOfIssue(issue: z.core.$ZodIssue): Fault[] {
  const where = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ where: where || 'body', message: issue.message }]
  return issue.keys.map((key) => ({ where: [...issue.path, key].join('.'), message: 'is not known here' }))
}

/** What a schema says itself goes first; this is for all it leaves unsaid. Undefined: zod's own words. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${nouns[issue.expected] ?? issue.expected}`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty'
      return `must be at least ${String(issue.minimum)}${units[issue.origin] ?? ''}`
    case 'too_big':
      return `must be at most ${String(issue.maximum)}${units[issue.origin] ?? ''}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    default:
      return undefined
  }
}

const nouns: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }
