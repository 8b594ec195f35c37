import { Problem } from '../../platform/web.ts'
import type { Fields } from '../read-values.ts'

export function textIn(body: Fields, name: string): string {
  const value = body[name]
  if (typeof value === 'string' && value !== '') return value
  throw new Problem(400, 'invalid_request', `"${name}" must be a text`)
}

export function optionalTextIn(body: Fields, name: string): string | undefined {
  return body[name] === undefined ? undefined : textIn(body, name)
}

export function numberIn(body: Fields, name: string): number {
  const value = body[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new Problem(400, 'invalid_request', `"${name}" must be a number`)
}

export function choiceIn<Choice extends string>(
  body: Fields,
  name: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === body[name])
  if (found === undefined)
    throw new Problem(400, 'invalid_request', `"${name}" must be one of ${choices.join(', ')}`)
  return found
}
