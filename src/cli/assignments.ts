import { HubError } from '../platform/errors.ts'

export interface Assignment {
  path: string[]
  value: string
}

/** Reads words such as caps.campaignEveryDays=10. Throws HubError `bad_usage`. */
export function readAssignments(words: readonly string[]): Assignment[] {
  return words.map((word) => {
    const at = word.indexOf('=')
    const path = word.slice(0, Math.max(at, 0)).split('.')
    if (at < 1 || path.includes(''))
      throw new HubError('bad_usage', `"${word}" is not of the form key=value.`)
    return { path, value: word.slice(at + 1) }
  })
}

/**
 * The assignments as a patch of `current`: numbers, true, false and JSON are read as such, all else as text; where a list is, also
 * a,b,c. `default` goes back to the default.
 */
export function toPatch(assignments: readonly Assignment[], current: unknown): Fields {
  return assignments.reduce<Fields>((patch, { path, value }) => {
    const read = Array.isArray(valueAt(current, path)) ? readList(value) : readValue(value)
    return setIn(patch, path, read)
  }, {})
}

type Fields = Record<string, unknown>

function setIn(fields: Fields, [name = '', ...rest]: readonly string[], value: unknown): Fields {
  if (rest.length === 0) return { ...fields, [name]: value }
  const inner = fields[name]
  return { ...fields, [name]: setIn(typeof inner === 'object' ? (inner as Fields) : {}, rest, value) }
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined),
    tree,
  )
}

function readValue(text: string): unknown {
  if (text === 'default') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readList(text: string): unknown {
  const read = readValue(text)
  if (Array.isArray(read) || read === null) return read
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(readValue)
}
