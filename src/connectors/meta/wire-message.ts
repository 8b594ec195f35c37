// What goes over the wire: our words for a message, and Meta's.

/** `number` is E.164 with its +, or a business-scoped user id. */
export type Recipient = { kind: 'number'; number: string } | { kind: 'bsuid'; bsuid: string }

export interface OutgoingMessage {
  recipient: Recipient
  content: OutgoingContent
  /** Up to 512 characters; comes back in every status of the message. */
  callbackData: string
  /** Left out: /messages. */
  endpoint?: SendEndpoint
}

/** Meta's two addresses for sending; the second takes marketing templates only (marketing-messages/send-marketing-messages). */
export type SendEndpoint = { kind: 'messages' } | MarketingEndpoint

export interface MarketingEndpoint {
  kind: 'marketing_messages'
  /** What happens where it is not available to the account: sent as by /messages, or refused. */
  productPolicy: 'CLOUD_API_FALLBACK' | 'STRICT'
  /** Whether Meta may use what becomes of the message for its own optimising. */
  messageActivitySharing: boolean
}

export type OutgoingContent = OutgoingText | OutgoingButtons | OutgoingMedia | OutgoingTemplate

export interface OutgoingText {
  kind: 'text'
  body: string
}

export interface OutgoingButtons {
  kind: 'buttons'
  body: string
  buttons: { id: string; title: string }[]
}

export type MediaKind = 'image' | 'video' | 'document'

/** `id`: uploaded to Meta before; `link`: Meta loads it from there, and keeps it for ten minutes. */
export type MediaSource = { id: string } | { link: string }

export interface Media {
  media: MediaKind
  source: MediaSource
  /** What a document is called. */
  fileName?: string
}

export interface OutgoingMedia extends Media {
  kind: 'media'
  caption?: string
}

export interface OutgoingTemplate {
  kind: 'template'
  name: string
  language: string
  header?: Media
  /** In the order of the template's text. `name`: of a named parameter; positional ones have none. */
  parameters: { name?: string; text: string }[]
  /** `index`: the place among all of the template's buttons, from 0. */
  buttons: (
    | { kind: 'url'; index: number; suffix: string }
    | { kind: 'quick_reply'; index: number; payload: string }
    /** Up to 15 characters. */
    | { kind: 'copy_code'; index: number; code: string }
  )[]
}

/** The body of POST /{phone number id}/messages, or /marketing_messages. */
export function toWire(message: OutgoingMessage): Record<string, unknown> {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...recipientToWire(message.recipient),
    ...contentToWire(message.content),
    ...(message.endpoint?.kind === 'marketing_messages' ? endpointToWire(message.endpoint) : {}),
    biz_opaque_callback_data: message.callbackData,
  }
}

function endpointToWire(endpoint: MarketingEndpoint): Record<string, unknown> {
  return {
    product_policy: endpoint.productPolicy,
    message_activity_sharing: endpoint.messageActivitySharing,
  }
}

// Without the + Meta would put our own number's country code in front.
function recipientToWire(recipient: Recipient): Record<string, string> {
  if (recipient.kind === 'bsuid') return { recipient: recipient.bsuid }
  return { to: recipient.number.startsWith('+') ? recipient.number : `+${recipient.number}` }
}

function contentToWire(content: OutgoingContent): Record<string, unknown> {
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: { body: content.body, preview_url: false } }
    case 'buttons':
      return { type: 'interactive', interactive: buttonsToWire(content) }
    case 'media':
      return { type: content.media, [content.media]: mediaToWire(content) }
    case 'template':
      return { type: 'template', template: templateToWire(content) }
  }
}

function buttonsToWire(content: OutgoingButtons): Record<string, unknown> {
  const buttons = content.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } }))
  return { type: 'button', body: { text: content.body }, action: { buttons } }
}

function mediaToWire({ source, fileName, caption }: Media & { caption?: string }): Record<string, unknown> {
  return {
    ...source,
    ...(fileName === undefined ? {} : { filename: fileName }),
    ...(caption === undefined ? {} : { caption }),
  }
}

function templateToWire(template: OutgoingTemplate): Record<string, unknown> {
  const components: unknown[] = []
  const { header } = template
  if (header !== undefined) {
    const parameter = { type: header.media, [header.media]: mediaToWire(header) }
    components.push({ type: 'header', parameters: [parameter] })
  }
  if (template.parameters.length > 0) {
    const parameters = template.parameters.map(({ name, text }) =>
      name === undefined ? { type: 'text', text } : { type: 'text', parameter_name: name, text },
    )
    components.push({ type: 'body', parameters })
  }
  components.push(...template.buttons.map(buttonToWire))
  return {
    name: template.name,
    language: { code: template.language },
    ...(components.length === 0 ? {} : { components }),
  }
}

function buttonToWire(button: OutgoingTemplate['buttons'][number]): Record<string, unknown> {
  const place = { type: 'button', sub_type: button.kind, index: String(button.index) }
  switch (button.kind) {
    case 'url':
      return { ...place, parameters: [{ type: 'text', text: encodeUrlSuffix(button.suffix) }] }
    case 'quick_reply':
      return { ...place, parameters: [{ type: 'payload', payload: button.payload }] }
    case 'copy_code':
      return { ...place, parameters: [{ type: 'coupon_code', coupon_code: button.code }] }
  }
}

const notAllowed = /%(?![0-9a-f]{2})|[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/giu

/** Percent-encodes what may not stand in an address; what is encoded already stays. The template's own text ends in the slash. */
export function encodeUrlSuffix(suffix: string): string {
  return suffix
    .replace(/^\/+/, '')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(notAllowed, (character) => encodeURIComponent(character))
}
