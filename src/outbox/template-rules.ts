import type { Fault } from '../platform/errors.ts'
import { findPlaceholders } from './placeholders.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'

// Meta's limits for templates (templates/components, templates/template-management). A template that breaks one is refused on
// creation or in review, days later; here it is found when the app starts.
const limits = { name: 512, body: 1024, footer: 60, buttonText: 25, url: 2000, buttons: 10, urlButtons: 2 }

/** Our rule for Meta's "too many parameters for the words": three words of the template's own for each. */
const wordsPerParameter = 3

export function findTemplateFaults(definition: TemplateDefinition): Fault[] {
  return [
    ...findNameFaults(definition),
    ...findButtonFaults(definition),
    ...Object.entries(definition.languages).flatMap(([code, language]) =>
      findLanguageFaults(definition, language).map((fault) => ({
        ...fault,
        where: `${code}.${fault.where}`,
      })),
    ),
  ]
}

function findNameFaults({ name, parameters, parameterFormat }: TemplateDefinition): Fault[] {
  return when('name', [
    [!/^[a-z0-9_]+$/.test(name) || name.length > limits.name, 'may only have small letters, digits and _'],
    [
      parameterFormat === 'NAMED' && parameters.some((parameter) => !/^[a-z][a-z0-9_]*$/.test(parameter)),
      'has a parameter whose name is not made of small letters, digits and _',
    ],
  ])
}

function findButtonFaults({ buttons }: TemplateDefinition): Fault[] {
  const kinds = buttons.map((button) => button.kind)
  const firstQuick = kinds.indexOf('quick_reply')
  const quickRun = kinds.slice(firstQuick, kinds.lastIndexOf('quick_reply') + 1)
  const urls = buttons.flatMap((button) => (button.kind === 'url' ? [button.url] : []))
  return when('buttons', [
    [buttons.length > limits.buttons, `may be at most ${limits.buttons}`],
    [urls.length > limits.urlButtons, `may hold at most ${limits.urlButtons} links`],
    [firstQuick >= 0 && quickRun.includes('url'), 'must keep quick replies together'],
    [urls.some((url) => url.length > limits.url), `may hold links of at most ${limits.url} characters`],
    [urls.some(hasMisplacedVariable), 'may have one variable, {{1}}, and only at the end of the link'],
  ])
}

function hasMisplacedVariable(url: string): boolean {
  const rest = url.replace('{{store_url}}', '').replace(/\{\{1\}\}$/, '')
  return rest.includes('{{')
}

function findLanguageFaults(definition: TemplateDefinition, language: TemplateLanguage): Fault[] {
  const { body, footer = '', buttonTexts, examples } = language
  return [
    ...findBodyFaults(definition, body),
    ...when('footer', [
      [footer.length > limits.footer, `may have at most ${limits.footer} characters`],
      [footer.includes('{{'), 'may have no parameters'],
    ]),
    ...when('buttonTexts', [
      [buttonTexts.length !== definition.buttons.length, 'must be one for each button'],
      [
        buttonTexts.some((text) => text === '' || text.length > limits.buttonText || text.includes('{{')),
        `must have 1 to ${limits.buttonText} characters and no parameters`,
      ],
    ]),
    ...when('examples', [
      [
        definition.parameters.some((name) => (examples[name] ?? '') === ''),
        'must have one for each parameter',
      ],
    ]),
  ]
}

function findBodyFaults({ parameters, parameterFormat }: TemplateDefinition, body: string): Fault[] {
  const trimmed = body.trim()
  const expected = parameterFormat === 'NAMED' ? parameters : parameters.map((_, at) => String(at + 1))
  const used = findPlaceholders(body)
  const words = trimmed.replace(/\{\{.*?\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu) ?? []
  return when('body', [
    [trimmed === '' || body.length > limits.body, `must have 1 to ${limits.body} characters`],
    [/^\{\{/.test(trimmed) || /\}\}$/.test(trimmed), 'may neither begin nor end with a parameter'],
    [/\}\}\s*\{\{/.test(trimmed), 'may not have two parameters next to each other'],
    [
      used.some((name) => !expected.includes(name)) || expected.some((name) => !used.includes(name)),
      'must use each parameter of the definition, and no other',
    ],
    [
      words.length < used.length * wordsPerParameter,
      `must have ${wordsPerParameter} words for each parameter`,
    ],
  ])
}

function when(where: string, rules: readonly (readonly [isBroken: boolean, message: string])[]): Fault[] {
  return rules.flatMap(([isBroken, message]) => (isBroken ? [{ where, message }] : []))
}
