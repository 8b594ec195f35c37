import type { OutgoingContent } from '../connectors/meta/wire-message.ts'
import type { Address } from './address-store.ts'
import { mayRampUp } from './decide-ramp-up.ts'
import { decideTemplate } from './decide-template.ts'
import type { MessageReason } from './message-reasons.ts'
import type { ButtonsContent, Content, MediaContent, Purpose, TextContent } from './message.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { isMedia } from './media.ts'
import { isWindowOpen } from './service-window.ts'
import type { Template } from './template.ts'

// Meta's limits for messages inside the window (cloud-api reference, interactive messages).
const limits = {
  text: 4096,
  interactiveBody: 1024,
  buttons: 3,
  buttonId: 256,
  buttonTitle: 20,
  caption: 1024,
}

export interface RenderContext {
  purpose: Purpose
  address: Address
  /** The account's templates of the content's name. */
  templates: readonly Template[]
  definitions: TemplateDefinitions
  now: Date
}

export type Rendered =
  | { kind: 'ready'; content: OutgoingContent; template?: ChosenTemplate }
  | { kind: 'unfit'; reason: MessageReason }
  /** It may be able to go later. */
  | { kind: 'wait'; reason: MessageReason; until: Date }

export interface ChosenTemplate {
  templateId: number
  name: string
  language: string
  category: string
  /** It may still have to go slowly (decide-ramp-up.ts). */
  isNew: boolean
}

// A webhook or the hourly sync brings it forward; this is for what they do not tell.
const lookAgainMs = 15 * 60_000

/** The content as it goes over the wire, or why it cannot go. Pure. */
export function renderMessage(content: Content, context: RenderContext): Rendered {
  if (content.kind === 'template') return renderTemplate(content, context)
  if (!isWindowOpen(context.address, context.now)) return { kind: 'unfit', reason: 'window_24h_closed' }
  return fits(content) ? { kind: 'ready', content } : { kind: 'unfit', reason: 'parameters_invalid' }
}

function renderTemplate(content: Extract<Content, { kind: 'template' }>, context: RenderContext): Rendered {
  const definition = context.definitions.get(content.name)
  const decision = decideTemplate(content, context.purpose, context.templates, definition)
  switch (decision.kind) {
    case 'fits': {
      const { id: templateId, name, language, category } = decision.template
      const isNew = mayRampUp(decision.template, context.now)
      const template = { templateId, name, language, category, isNew }
      return { kind: 'ready', content: decision.outgoing, template }
    }
    case 'wait':
      return { ...decision, until: new Date(context.now.getTime() + lookAgainMs) }
    case 'unfit':
      return decision
  }
}

function fits(content: TextContent | ButtonsContent | MediaContent): boolean {
  if (content.kind === 'media') return fitsMedia(content)
  const { body } = content
  if (content.kind === 'text') return body.trim() !== '' && body.length <= limits.text
  const { buttons } = content
  return (
    body.trim() !== '' &&
    body.length <= limits.interactiveBody &&
    buttons.length >= 1 &&
    buttons.length <= limits.buttons &&
    buttons.every(({ id, title }) => isWithin(id, limits.buttonId) && isWithin(title, limits.buttonTitle)) &&
    new Set(buttons.map(({ id }) => id)).size === buttons.length
  )
}

function fitsMedia(content: MediaContent): boolean {
  return isMedia(content) && (content.caption ?? '').length <= limits.caption
}

function isWithin(text: string, longest: number): boolean {
  return text !== '' && text.length <= longest
}
