import type { OutgoingContent } from '../connectors/meta/wire-message.ts'
import type { Address } from './address-store.ts'
import { decideTemplate } from './decide-template.ts'
import type { MessageReason } from './message-reasons.ts'
import type { ButtonsContent, Content, Purpose, TextContent } from './message.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { isWindowOpen } from './service-window.ts'
import type { Template } from './template.ts'

// Meta's limits for messages inside the window (cloud-api reference, interactive messages).
const limits = { text: 4096, interactiveBody: 1024, buttons: 3, buttonId: 256, buttonTitle: 20 }

export interface RenderContext {
  purpose: Purpose
  address: Address
  /** The account's templates of the content's name. */
  templates: readonly Template[]
  definitions: TemplateDefinitions
  now: Date
}

export type Rendered =
  | { kind: 'ready'; content: OutgoingContent }
  | { kind: 'unfit'; reason: MessageReason }
  /** It may be able to go later. */
  | { kind: 'wait'; reason: MessageReason; until: Date }

/** The content as it goes over the wire, or why it cannot go. Pure. */
export function renderMessage(content: Content, context: RenderContext): Rendered {
  if (content.kind === 'template') return renderTemplate(content, context)
  if (!isWindowOpen(context.address, context.now)) return { kind: 'unfit', reason: 'window_24h_closed' }
  return fits(content) ? { kind: 'ready', content } : { kind: 'unfit', reason: 'parameters_invalid' }
}

function renderTemplate(content: Extract<Content, { kind: 'template' }>, context: RenderContext): Rendered {
  const definition = context.definitions.get(content.name)
  const decision = decideTemplate(content, context.purpose, context.templates, definition)
  return decision.kind === 'fits' ? { kind: 'ready', content: decision.outgoing } : decision
}

function fits(content: TextContent | ButtonsContent): boolean {
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

function isWithin(text: string, longest: number): boolean {
  return text !== '' && text.length <= longest
}
