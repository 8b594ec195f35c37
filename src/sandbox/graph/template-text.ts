import { asFields, asList, asText, type Fields } from '../read-values.ts'
import type { Template } from './graph-state.ts'

/** The places in a template's text that are filled in, in order, each once: ['1', '2'] or ['first_name']. */
export function placesIn(text: string): string[] {
  const known = knownPlaces.get(text)
  if (known !== undefined) return known
  if (knownPlaces.size > 1_000) knownPlaces.clear()
  const places = [...new Set([...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((found) => found[1] ?? ''))]
  knownPlaces.set(text, places)
  return places
}

// The same few templates are sent again and again.
const knownPlaces = new Map<string, string[]>()

export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (place, name: string) => values.get(name) ?? place)
}

export function componentOf(template: Pick<Template, 'components'>, type: string): Fields | undefined {
  return template.components.find((component) => asText(component.type)?.toUpperCase() === type)
}

export function textOf(component: Fields | undefined): string {
  return asText(component?.text) ?? ''
}

export interface TemplateButton {
  type: string
  text: string
  /** Of url buttons whose address ends in a place to fill in. */
  hasSuffix: boolean
}

export function buttonsOf(template: Pick<Template, 'components'>): TemplateButton[] {
  return asList(componentOf(template, 'BUTTONS')?.buttons).map((button) => {
    const fields = asFields(button) ?? {}
    return {
      type: asText(fields.type)?.toUpperCase() ?? '',
      text: textOf(fields),
      hasSuffix: placesIn(asText(fields.url) ?? '').length > 0,
    }
  })
}
