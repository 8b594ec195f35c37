import { asFields, asText, type Fields } from '../read-values.ts'
import { checkInteractive } from './check-interactive.ts'
import { checkTemplateSend } from './check-template-send.ts'
import { invalid, optionalText, requireLink, requireObject, requireText } from './check-fields.ts'
import { GraphError } from './graph-error.ts'
import type { GraphState, Template } from './graph-state.ts'

export interface CheckedMessage {
  type: string
  content: Fields
  /** What the person sees, as text. */
  shown: string
  /** Null: a free message, only inside the window. */
  template: Template | null
  callbackData: string | null
  contextId: string | null
}

/** What was posted to /messages, short of whom it is for. Throws what Meta answers. */
export function checkMessage(state: GraphState, body: Fields): CheckedMessage {
  optionalText(body, 'message', 'biz_opaque_callback_data', 512)
  const type = asText(body.type) ?? 'text'
  const check = contentChecks[type]
  if (check === undefined) {
    throw invalid(`Param type must be one of {${Object.keys(contentChecks).join(', ').toUpperCase()}}`)
  }
  const content = requireObject(body, '', type)
  const { shown, template = null } = check(content, state)
  return {
    type,
    content,
    shown,
    template,
    callbackData: asText(body.biz_opaque_callback_data) ?? null,
    contextId: readContext(state, body),
  }
}

function readContext(state: GraphState, body: Fields): string | null {
  if (body.context === undefined) return null
  const id = requireText(requireObject(body, '', 'context'), 'context', 'message_id', 200)
  if (state.messages.find(id) === undefined)
    throw new GraphError(131009, 'The message that is answered does not exist')
  return id
}

type Checked = { shown: string; template?: Template }

const media =
  (kind: string) =>
  (content: Fields): Checked => {
    requireLink(content, kind)
    optionalText(content, kind, 'caption', 1024)
    return { shown: asText(content.caption) ?? `[${kind}]` }
  }

const contentChecks: Readonly<Record<string, (content: Fields, state: GraphState) => Checked>> = {
  text: (content) => ({ shown: requireText(content, 'text', 'body', 4096) }),
  image: media('image'),
  video: media('video'),
  audio: media('audio'),
  document: media('document'),
  sticker: media('sticker'),
  location: (content) => {
    if (!Number.isFinite(Number(content.latitude)) || !Number.isFinite(Number(content.longitude))) {
      throw invalid("Params location['latitude'] and location['longitude'] must be numbers.")
    }
    return { shown: '[location]' }
  },
  reaction: (content, state) => {
    const id = requireText(content, 'reaction', 'message_id', 200)
    if (state.messages.find(id) === undefined)
      throw new GraphError(131009, 'The message reacted to does not exist')
    return { shown: asText(content.emoji) ?? '' }
  },
  interactive: (content) => {
    checkInteractive(content)
    return { shown: asText(asFields(content.body)?.text) ?? '[product]' }
  },
  template: (content, state) => checkTemplateSend(state, content),
}
