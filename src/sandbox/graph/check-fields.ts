import { asFields, asText, type Fields } from '../read-values.ts'
import { countCharacters } from './count-characters.ts'
import { GraphError } from './graph-error.ts'

// Small checks of a message's fields, in Meta's words of refusal (#100).

export function requireObject(parent: Fields, path: string, name: string): Fields {
  const value = asFields(parent[name])
  if (value === undefined) throw missing(path === '' ? name : `${path}['${name}']`)
  return value
}

export function requireText(parent: Fields, path: string, name: string, maxLength: number): string {
  const where = `${path}['${name}']`
  const value = asText(parent[name])
  if (value === undefined || value === '') throw missing(where)
  return checkLength(value, where, maxLength)
}

export function optionalText(parent: Fields, path: string, name: string, maxLength: number): void {
  const value = parent[name]
  if (value === undefined || value === null) return
  if (typeof value !== 'string') throw invalid(`Param ${path}['${name}'] must be a string.`)
  checkLength(value, `${path}['${name}']`, maxLength)
}

// Characters, not UTF-16 units: an emoji counts as one.
function checkLength(value: string, where: string, maxLength: number): string {
  if (countCharacters(value) > maxLength) {
    throw invalid(`Param ${where} must be at most ${maxLength} characters long.`)
  }
  return value
}

export function requireLink(media: Fields, path: string): void {
  const { link, id } = media
  if (typeof id === 'string' && id !== '') return
  if (typeof link !== 'string' || !/^https?:\/\/[^\s]+$/.test(link)) {
    throw invalid(`Param ${path}['link'] must be a valid URL, or ${path}['id'] a media id.`)
  }
}

export function missing(where: string): GraphError {
  return new GraphError(100, undefined, { title: `(#100) The parameter ${where} is required.` })
}

export function invalid(title: string): GraphError {
  return new GraphError(100, title, { title: `(#100) ${title}` })
}
