import { asFields, asList, asText, type Fields } from '../read-values.ts'
import { checkNewButtons } from './check-new-buttons.ts'
import type { GraphState, Template } from './graph-state.ts'
import { countCharacters } from './count-characters.ts'
import { checkPlain } from './check-plain.ts'
import { templateFault } from './template-fault.ts'
import { isTemplateLanguage } from './template-languages.ts'
import { buttonsOf, placesIn, textOf } from './template-text.ts'

const maxTemplates = 250

/** The body of a template's creation, held against the rules that are checked at once. Throws GraphError. */
export function checkNewTemplate(
  state: GraphState,
  body: Fields,
): Pick<Template, 'name' | 'language' | 'category' | 'parameterFormat' | 'components'> {
  const name = asText(body.name) ?? ''
  if (!/^[a-z0-9_]{1,512}$/.test(name))
    throw templateFault('name', 'Names are lower-case letters, digits and underscores.')
  const language = asText(body.language) ?? ''
  if (!isTemplateLanguage(language)) throw templateFault('language', 'The language is not known.')
  const category = asText(body.category) ?? ''
  if (!['MARKETING', 'UTILITY', 'AUTHENTICATION'].includes(category)) {
    throw templateFault('category', 'The category is none of MARKETING, UTILITY, AUTHENTICATION.')
  }
  const parameterFormat = asText(body.parameter_format)?.toUpperCase() ?? 'POSITIONAL'
  if (parameterFormat !== 'NAMED' && parameterFormat !== 'POSITIONAL') {
    throw templateFault('parameter_format', 'The parameter format is neither NAMED nor POSITIONAL.')
  }
  const components = asList(body.components).map((component) => asFields(component) ?? {})
  checkComponents(components, parameterFormat)
  checkCouponCategory(components, category)
  refuseTwin(state, name, language)
  return { name, language, category, parameterFormat, components }
}

function checkCouponCategory(components: readonly Fields[], category: string): void {
  if (
    category !== 'MARKETING' &&
    buttonsOf({ components: [...components] }).some(({ type }) => type === 'COPY_CODE')
  )
    throw templateFault('components', 'Only a marketing template may have a button that copies a code.')
}

function refuseTwin(state: GraphState, name: string, language: string): void {
  const templates = state.templates.all()
  if (templates.some((one) => one.name === name && one.language === language)) {
    throw templateFault('duplicate', 'There is already content in this language for this template.')
  }
  if (templates.length >= maxTemplates)
    throw templateFault('too_many', 'The account holds as many templates as it may.')
}

function checkComponents(components: readonly Fields[], format: Template['parameterFormat']): void {
  const types = components.map(({ type }) => asText(type)?.toUpperCase() ?? '')
  const unknown = types.find((type) => !['HEADER', 'BODY', 'FOOTER', 'BUTTONS'].includes(type))
  if (unknown !== undefined)
    throw templateFault('components', `A component of type "${unknown}" is not known.`)
  if (new Set(types).size !== types.length) throw templateFault('components', 'A component occurs twice.')
  const partOf = (type: string): Fields | undefined => components[types.indexOf(type)]
  const body = partOf('BODY')
  if (body === undefined) throw templateFault('components', 'A template needs a BODY.')
  checkText(body, { part: 'body', maxLength: 1024, maxPlaces: 100, format })
  checkWording(textOf(body))
  checkSpacing(textOf(body))
  const header = partOf('HEADER')
  if (header !== undefined) checkHeader(header, format)
  const footer = partOf('FOOTER')
  if (footer !== undefined) checkText(footer, { part: 'footer', maxLength: 60, maxPlaces: 0, format })
  checkNewButtons(asList(partOf('BUTTONS')?.buttons).map((button) => asFields(button) ?? {}))
}

function checkHeader(header: Fields, format: Template['parameterFormat']): void {
  const kind = asText(header.format)?.toUpperCase() ?? ''
  if (kind === 'TEXT') {
    checkText(header, { part: 'header', maxLength: 60, maxPlaces: 1, format })
  } else if (['IMAGE', 'VIDEO', 'DOCUMENT'].includes(kind)) {
    const [handle] = asList(asFields(header.example)?.header_handle)
    if (typeof handle !== 'string' || handle === '') {
      throw templateFault('example', 'A header with media needs an example: the handle of an upload.')
    }
  } else if (kind !== 'LOCATION') {
    throw templateFault('components', `A header of format "${kind}" is not known.`)
  }
}

interface TextRules {
  part: 'header' | 'body' | 'footer'
  maxLength: number
  maxPlaces: number
  format: Template['parameterFormat']
}

function checkText(component: Fields, { part, maxLength, maxPlaces, format }: TextRules): void {
  const text = textOf(component)
  if (text === '') throw templateFault('components', `The ${part} has no text.`)
  if (countCharacters(text) > maxLength)
    throw templateFault('too_long', `The ${part} is longer than ${maxLength} characters.`)
  const places = placesIn(text)
  if (places.length > maxPlaces)
    throw templateFault('components', `The ${part} takes at most ${maxPlaces} parameters.`)
  const isWellNamed = places.every((place, at) =>
    format === 'NAMED' ? /^[a-z][a-z0-9_]*$/.test(place) : place === String(at + 1),
  )
  if (!isWellNamed)
    throw templateFault('components', `The parameters of the ${part} do not fit the format ${format}.`)
  if (part !== 'body') checkPlain(text, `The ${part}`)
  if (places.length > 0) checkExamples(component, part, { places, format })
}

function checkExamples(
  component: Fields,
  part: string,
  { places, format }: { places: string[]; format: Template['parameterFormat'] },
): void {
  const example = asFields(component.example)
  const given =
    format === 'NAMED'
      ? asList(example?.[`${part}_text_named_params`]).flatMap((one) =>
          isExample(asFields(one)?.example) ? (asText(asFields(one)?.param_name) ?? []) : [],
        )
      : positionalExamples(example, part).filter(isExample)
  const isComplete =
    format === 'NAMED' ? places.every((place) => given.includes(place)) : given.length === places.length
  if (!isComplete) throw templateFault('example', `Each parameter of the ${part} needs an example.`)
}

function isExample(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && !/[\n\r\t]| {5}/.test(value)
}

/** `body_text` is a list of lists, `header_text` a list. */
function positionalExamples(example: Fields | undefined, part: string): unknown[] {
  const list = asList(example?.[`${part}_text`])
  return [...(part === 'body' ? asList(list[0]) : list)]
}

function checkSpacing(text: string): void {
  if (/\n{3}|\t| {5}/.test(text))
    throw templateFault('components', 'The body has tabs, runs of spaces or more than one empty line.')
  if (/[{}]/.test(text.replace(/\{\{\s*[^{}]*?\s*\}\}/g, '')))
    throw templateFault('components', 'The braces of a parameter do not match.')
}

function checkWording(text: string): void {
  const trimmed = text.trim()
  if (trimmed.startsWith('{{') || trimmed.endsWith('}}')) {
    throw templateFault('edge', 'A parameter stands at the beginning or the end.')
  }
  const places = [...text.matchAll(/\{\{[^{}]*\}\}/g)].length
  const words = text.replace(/\{\{[^{}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0
  if (places > 0 && words < 2 * places + 1)
    throw templateFault('ratio', 'There are too many parameters for so few words.')
}
