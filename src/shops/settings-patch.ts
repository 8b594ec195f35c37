import type { Fault } from '../platform/errors.ts'

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What is set, changed by what is given: fields that are left out stay, null takes one away (its default holds again), lists are replaced
 * as a whole. RFC 7396, JSON merge patch.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const base = isFields(target) ? target : {}
  const changed = Object.entries(patch).flatMap(([name, value]) =>
    value === null ? [] : [[name, mergePatch(own(base, name), value)] as const],
  )
  const kept = Object.entries(base).filter(([name]) => !Object.hasOwn(patch, name))
  return Object.fromEntries([...kept, ...changed])
}

const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined

/** Fields of `given` that reading it by its schema has dropped: nothing by their name exists. */
export function findUnknownFields(given: unknown, read: unknown, path: readonly string[] = []): Fault[] {
  if (Array.isArray(given) && Array.isArray(read))
    return given.flatMap((item, at) => findUnknownFields(item, read[at], [...path, String(at)]))
  if (!isFields(given) || !isFields(read)) return []
  return Object.entries(given).flatMap(([name, value]) =>
    Object.hasOwn(read, name)
      ? findUnknownFields(value, read[name], [...path, name])
      : [{ where: [...path, name].join('.'), message: 'is not a setting' }],
  )
}

/** What of `settings` differs from `defaults`, so that a default that changes later still reaches what nobody set. `depth`: how many levels
 * are fields; what lies below is one value. Undefined: nothing differs. */
export function differencesFrom(defaults: unknown, settings: unknown, depth: number): unknown {
  if (depth === 0 || !isFields(settings) || !isFields(defaults))
    return isSame(defaults, settings) ? undefined : settings
  const different = Object.entries(settings).flatMap(([name, value]) => {
    const difference = differencesFrom(own(defaults, name), value, depth - 1)
    return difference === undefined ? [] : [[name, difference] as const]
  })
  return different.length === 0 ? undefined : Object.fromEntries(different)
}

/** The same JSON, in whatever order its fields are. */
export function isSame(a: unknown, b: unknown): boolean {
  return inOrder(a) === inOrder(b)
}

function inOrder(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}
