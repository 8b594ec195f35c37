import { asFields, asList, asText, type Fields } from '../read-values.ts'
import { missing, requireLink, requireObject, requireText } from './check-fields.ts'
import { checkTemplateButtons } from './check-template-buttons.ts'
import { countCharacters } from './count-characters.ts'
import { GraphError } from './graph-error.ts'
import type { GraphState, Template } from './graph-state.ts'
import { componentOf, fillIn, placesIn, textOf } from './template-text.ts'

export interface FilledTemplate {
  template: Template
  /** The body with its parameters filled in. */
  shown: string
}

/** The template of a send, with every parameter held against its definition. Throws what Meta answers. */
export function checkTemplateSend(state: GraphState, sent: Fields): FilledTemplate {
  const name = requireText(sent, 'template', 'name', 512)
  const language = requireText(
    requireObject(sent, 'template', 'language'),
    "template['language']",
    'code',
    20,
  )
  const template = findSendable(state, name, language)
  const components = asList(sent.components).map((component) => asFields(component) ?? {})
  checkHeader(template, partOf(components, 'header'))
  const shown = fillText(template, componentOf(template, 'BODY'), partOf(components, 'body'), 'body')
  if (countCharacters(shown) > 1024)
    throw new GraphError(132005, 'body: the text is longer than 1024 characters')
  checkTemplateButtons(
    template,
    components.filter(({ type }) => isType(type, 'button')),
  )
  return { template, shown }
}

function findSendable(state: GraphState, name: string, language: string): Template {
  const template = state.templates.all().find((one) => one.name === name && one.language === language)
  switch (template?.status) {
    case 'APPROVED':
      return template
    case 'PAUSED':
      throw new GraphError(132015, `template (${name}) is paused due to low quality`)
    case 'DISABLED':
      throw new GraphError(132016, `template (${name}) is disabled`)
    default:
      // A template in review, or rejected, is to the sender as if there were none.
      throw new GraphError(132001, `template name (${name}) does not exist in ${language}`)
  }
}

function isType(type: unknown, wanted: string): boolean {
  return typeof type === 'string' && type.toLowerCase() === wanted
}

function partOf(components: readonly Fields[], type: string): readonly Fields[] {
  const parts = components.filter((component) => isType(component.type, type))
  if (parts.length > 1) throw new GraphError(132018, `Component ${type} occurs more than once`)
  return asList(parts[0]?.parameters).map((parameter) => asFields(parameter) ?? {})
}

function checkHeader(template: Template, given: readonly Fields[]): void {
  const header = componentOf(template, 'HEADER')
  const format = asText(header?.format)?.toUpperCase() ?? 'NONE'
  if (format === 'NONE' || format === 'TEXT') {
    const shown = fillText(template, header, given, 'header')
    if (countCharacters(shown) > 60)
      throw new GraphError(132005, 'header: the text is longer than 60 characters')
    return
  }
  const [parameter] = given
  const type = asText(parameter?.type)?.toUpperCase() ?? 'UNKNOWN'
  if (given.length !== 1 || parameter === undefined || type !== format) {
    throw new GraphError(132012, `header: Format mismatch, expected ${format}, received ${type}`)
  }
  if (format !== 'LOCATION') {
    const kind = format.toLowerCase()
    requireLink(requireObject(parameter, "template['components']", kind), kind)
  }
}

function fillText(
  template: Template,
  component: Fields | undefined,
  given: readonly Fields[],
  part: string,
): string {
  const text = textOf(component)
  const places = placesIn(text)
  if (places.length !== given.length) {
    const counts = `number of localizable_params (${given.length}) does not match the expected number of params (${places.length})`
    throw new GraphError(132000, `${part}: ${counts}`)
  }
  const values = new Map<string, string>()
  given.forEach((parameter, at) => {
    const place =
      template.parameterFormat === 'NAMED' ? namedPlace(parameter, places, part) : (places[at] ?? '')
    values.set(place, parameterText(parameter, part))
  })
  if (values.size !== places.length) throw new GraphError(132012, `${part}: a parameter is given twice`)
  return fillIn(text, values)
}

function namedPlace(parameter: Fields, places: readonly string[], part: string): string {
  const name = asText(parameter.parameter_name)
  if (name === undefined || name === '') throw new GraphError(100, 'Parameter name is missing or empty')
  if (!places.includes(name)) throw new GraphError(132012, `${part}: no parameter is named ${name}`)
  return name
}

function parameterText(parameter: Fields, part: string): string {
  const type = asText(parameter.type)
  if (type === undefined) throw missing(`template['components']['parameters']['type']`)
  if (type === 'currency' || type === 'date_time') {
    return requireText(requireObject(parameter, part, type), part, 'fallback_value', 1024)
  }
  if (type !== 'text') {
    throw new GraphError(132012, `${part}: Format mismatch, expected TEXT, received ${type.toUpperCase()}`)
  }
  const text = asText(parameter.text)
  if (text === undefined || text === '') {
    throw new GraphError(131008, `${part}: Parameter of type text is missing text value`)
  }
  if (/[\n\r\t]| {5,}/.test(text)) {
    throw new GraphError(
      132018,
      'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
    )
  }
  return text
}
