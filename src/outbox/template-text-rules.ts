import type { Fault } from '../platform/errors.ts'
import { fillPlaceholders, findPlaceholders } from './placeholders.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'
import { when } from './template-fault.ts'

const limits = { header: 60, body: 1024, footer: 60 }

/** Our rule for Meta's "too many parameters for the words" (2388293), on the safe side: three words of the template's own for each. */
const wordsPerParameter = 3

/** As Meta counts: an emoji is one. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}

/** What only a body may have: parameters, line breaks, emoji, WhatsApp's signs for bold and the like. */
export function hasDecoration(text: string): boolean {
  return /[\n\r\t*_~`]|\{\{|\}\}|\p{Extended_Pictographic}/u.test(text)
}

export function findHeaderFaults({ headerImage }: TemplateDefinition, { header }: TemplateLanguage): Fault[] {
  if (header === undefined) return []
  return when('header', [
    [headerImage !== undefined, 'may not stand beside a picture'],
    [header.trim() === '', 'may not be empty'],
    [countCharacters(header) > limits.header, `may have at most ${limits.header} characters`],
    [hasDecoration(header), 'may have no parameters, line breaks, emoji and no * _ ~ `'],
  ])
}

export function findFooterFaults({ footer }: TemplateLanguage): Fault[] {
  if (footer === undefined) return []
  return when('footer', [
    [footer.trim() === '', 'may not be empty'],
    [countCharacters(footer) > limits.footer, `may have at most ${limits.footer} characters`],
    [hasDecoration(footer), 'may have no parameters, line breaks, emoji and no * _ ~ `'],
  ])
}

export function findBodyFaults(definition: TemplateDefinition, { body }: TemplateLanguage): Fault[] {
  const trimmed = body.trim()
  const expected = namesIn(definition)
  const used = findPlaceholders(body)
  const words = trimmed.replace(/\{\{.*?\}\}/g, ' ').match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []
  return when('body', [
    [trimmed === '' || countCharacters(body) > limits.body, `must have 1 to ${limits.body} characters`],
    [
      // A full stop alone does not make words of it (2388299).
      /^[^\p{L}\p{N}{]*\{\{/u.test(trimmed) || /\}\}[^\p{L}\p{N}}]*$/u.test(trimmed),
      'may neither begin nor end with a parameter',
    ],
    [/\}\}\s*\{\{/.test(trimmed), 'may not have two parameters next to each other'],
    [/[{}]/.test(fillPlaceholders(body, () => '')), 'may have braces only around a parameter’s name'],
    [
      used.some((name) => !expected.includes(name)) || expected.some((name) => !used.includes(name)),
      'must use each parameter of the definition, and no other',
    ],
    [
      words.length < used.length * wordsPerParameter,
      `must have ${wordsPerParameter} words for each parameter`,
    ],
    [/\n{3}|[\t\r]| {5}/.test(body), 'may have no tabs, runs of spaces and more than one empty line'],
  ])
}

function namesIn({ parameterFormat, parameters }: TemplateDefinition): string[] {
  return parameterFormat === 'NAMED' ? parameters : parameters.map((_, at) => String(at + 1))
}

export function findExampleFaults(
  definition: TemplateDefinition,
  { body, examples }: TemplateLanguage,
): Fault[] {
  const { parameters } = definition
  const exampleOf = new Map(namesIn(definition).map((name, at) => [name, examples[parameters[at] ?? '']]))
  const shown = fillPlaceholders(body, (name) => exampleOf.get(name) ?? '')
  return when('examples', [
    [parameters.some((name) => (examples[name] ?? '').trim() === ''), 'must have one for each parameter'],
    [Object.keys(examples).some((name) => !parameters.includes(name)), 'may have none for other parameters'],
    [
      Object.values(examples).some(isRefusedValue),
      'may have no line breaks, tabs, runs of spaces and braces',
    ],
    [countCharacters(shown) > limits.body, `must fit into the ${limits.body} characters of the text`],
  ])
}

export function findDefaultFaults(
  { parameters }: TemplateDefinition,
  { defaults }: TemplateLanguage,
): Fault[] {
  return when('defaults', [
    [Object.keys(defaults).some((name) => !parameters.includes(name)), 'may have none for other parameters'],
    [
      Object.values(defaults).some((value) => value.trim() === '' || isRefusedValue(value)),
      'may not be empty, and may have no line breaks, tabs, runs of spaces and braces',
    ],
  ])
}

// Meta refuses more than four spaces in a row; so do we from four on.
function isRefusedValue(value: string): boolean {
  return /[\n\r\t{}]| {4}/.test(value)
}
