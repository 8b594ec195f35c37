import { encodeUrlSuffix, type Media, type OutgoingTemplate } from '../connectors/meta/wire-message.ts'
import { isMedia } from './media.ts'
import type { TemplateContent } from './message.ts'
import { fillPlaceholders, findPlaceholders } from './placeholders.ts'
import type { TemplateDefinition } from './template-definition.ts'
import { baseOf, findInLanguage } from './template-language.ts'
import type { Template } from './template.ts'

const longestBody = 1024
const longestUrl = 2000
const longestCode = 15

/**
 * Lays the values into the template as Meta has it, which decides what it needs; the definition adds names of positional parameters,
 * wordings for what is not known and payloads. Undefined: a value is missing or does not fit, and Meta would refuse the message.
 */
export function fillTemplate(
  content: TemplateContent,
  template: Template,
  definition: TemplateDefinition | undefined,
): OutgoingTemplate | undefined {
  const header = fillHeader(content, template)
  const parameters = fillBody(content, template, definition)
  const buttons = fillButtons(content, template, definition)
  if (header === undefined || parameters === undefined || buttons === undefined) return undefined
  return {
    kind: 'template',
    name: template.name,
    language: template.language,
    ...header,
    parameters,
    buttons,
  }
}

type Component = Template['components'][number]

function findComponent(template: Template, type: string): Component | undefined {
  return template.components.find((component) => component.type === type)
}

function fillHeader(content: TemplateContent, template: Template): { header?: Media } | undefined {
  const header = findComponent(template, 'HEADER')
  if (header === undefined) return {}
  if (header.format === 'TEXT') return findPlaceholders(textOf(header)).length === 0 ? {} : undefined
  const media = mediaOf(content)
  const isFitting = media?.media.toUpperCase() === header.format
  return media !== undefined && isFitting && isMedia(media) ? { header: media } : undefined
}

function mediaOf({ headerMedia, headerImageUrl }: TemplateContent): Media | undefined {
  if (headerMedia !== undefined || headerImageUrl === undefined) return headerMedia
  return { media: 'image', source: { link: headerImageUrl } }
}

function fillBody(
  content: TemplateContent,
  template: Template,
  definition: TemplateDefinition | undefined,
): OutgoingTemplate['parameters'] | undefined {
  const text = textOf(findComponent(template, 'BODY'))
  const isNamed = template.parameterFormat === 'NAMED'
  const keys = findPlaceholders(text)
  // Positional values are taken by their number, wherever in the text it stands.
  const ordered = isNamed ? keys : keys.toSorted((first, second) => Number(first) - Number(second))
  const values = ordered.map((key) => {
    const name = isNamed ? key : (definition?.parameters[Number(key) - 1] ?? key)
    return { key, text: valueOf(content, template, name) ?? defaultOf(definition, template, name) }
  })
  if (values.some((value) => value.text === undefined)) return undefined
  const textOfKey = new Map(values.map((value) => [value.key, value.text ?? '']))
  if (fillPlaceholders(text, (key) => textOfKey.get(key) ?? '').length > longestBody) return undefined
  return values.map((value) =>
    isNamed ? { name: value.key, text: value.text ?? '' } : { text: value.text ?? '' },
  )
}

function valueOf(content: TemplateContent, template: Template, name: string): string | undefined {
  const value = cleanValue(wordingIn(content, template.language)[name] ?? content.parameters[name])
  return value === undefined ? undefined : isolate(value, template.language)
}

// A wording in 'pt' serves a template in 'pt_BR' and the other way round, as templates themselves do.
function wordingIn({ parametersIn = {} }: TemplateContent, language: string): Record<string, string> {
  const [first] = findInLanguage(Object.keys(parametersIn), language)
  return first === undefined ? {} : (parametersIn[first] ?? {})
}

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'prs'])

/**
 * In a text that runs from right to left a Latin name or a price would pull the commas and digits beside it to its own side; the
 * isolates (Unicode UAX #9: FSI, PDI) keep each value to itself. They are not seen.
 */
function isolate(value: string, language: string): string {
  return rightToLeft.has(baseOf(language)) ? `\u2068${value}\u2069` : value
}

/** Meta refuses parameters with line breaks, tabs and runs of spaces. */
function cleanValue(value: string | undefined): string | undefined {
  const cleaned = value?.replace(/[\s\0]+/g, ' ').trim()
  return cleaned === '' ? undefined : cleaned
}

function defaultOf(
  definition: TemplateDefinition | undefined,
  template: Template,
  name: string,
): string | undefined {
  return definition?.languages[template.language]?.defaults[name]
}

function fillButtons(
  content: TemplateContent,
  template: Template,
  definition: TemplateDefinition | undefined,
): OutgoingTemplate['buttons'] | undefined {
  const buttons = listButtons(template)
  const filled = buttons.flatMap((button, index) => {
    if (button.type === 'COPY_CODE') return [fillCode(content, index)]
    return button.type === 'URL' && String(button.url).includes('{{')
      ? [fillUrl(content, String(button.url), index)]
      : []
  })
  if (filled.includes(undefined)) return undefined
  return [
    ...filled.filter((one) => one !== undefined),
    ...fillQuickReplies(content, buttons, definition),
  ].toSorted((first, second) => first.index - second.index)
}

function fillUrl(
  content: TemplateContent,
  url: string,
  index: number,
): OutgoingTemplate['buttons'][number] | undefined {
  const suffix = isOurLink(url) ? content.urlSuffix : (content.shopPath ?? content.urlSuffix)
  if (suffix === undefined || url.length + encodeUrlSuffix(suffix).length > longestUrl) return undefined
  return { kind: 'url', index, suffix }
}

function isOurLink(url: string): boolean {
  return url.endsWith('/r/{{1}}')
}

function fillCode(
  { couponCode = '' }: TemplateContent,
  index: number,
): OutgoingTemplate['buttons'][number] | undefined {
  return couponCode === '' || couponCode.length > longestCode
    ? undefined
    : { kind: 'copy_code', index, code: couponCode }
}

// A role is known by the place among the quick replies: Meta keeps no roles, and texts differ by language.
function fillQuickReplies(
  content: TemplateContent,
  buttons: readonly Component[],
  definition: TemplateDefinition | undefined,
): OutgoingTemplate['buttons'] {
  const defined =
    definition?.buttons.flatMap((button) => (button.kind === 'quick_reply' ? [button] : [])) ?? []
  const places = buttons.flatMap((button, index) => (button.type === 'QUICK_REPLY' ? [index] : []))
  return places.flatMap((index, nth) => {
    const role = defined[nth]?.role ?? String(nth)
    const payload = content.buttonPayloads?.[role] ?? defined[nth]?.payload
    return payload === undefined ? [] : [{ kind: 'quick_reply' as const, index, payload }]
  })
}

function listButtons(template: Template): Component[] {
  const buttons = findComponent(template, 'BUTTONS')?.buttons
  return Array.isArray(buttons) ? (buttons as Component[]) : []
}

function textOf(component: Component | undefined): string {
  return typeof component?.text === 'string' ? component.text : ''
}
