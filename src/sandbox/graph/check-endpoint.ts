import type { Fields } from '../read-values.ts'
import type { CheckedMessage } from './check-message.ts'
import { invalid } from './check-fields.ts'
import { GraphError } from './graph-error.ts'
import type { Template } from './graph-state.ts'
import type { Recipient } from './recipients.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

/** /messages, or /marketing_messages, which takes marketing templates only (marketing-messages/send-marketing-messages). */
export type Endpoint = 'messages' | 'marketing_messages'

interface Sending {
  endpoint: Endpoint
  checked: CheckedMessage
  recipient: Recipient
  body: Fields
  nowMs: number
}

/** Throws what Meta answers when a message cannot go this way, or not to this kind of address. */
export function checkEndpoint(settings: WhatsAppSettings, sending: Sending): void {
  const { endpoint, checked, recipient } = sending
  if (endpoint === 'marketing_messages') checkMarketing(settings, sending)
  else if (checked.template?.category === 'MARKETING' && !settings.marketingOnMessages) {
    throw new GraphError(131063, 'Marketing templates are disabled for Cloud API on this account.')
  }
  if (recipient.byUserId && checked.template?.category === 'AUTHENTICATION') {
    throw new GraphError(131062, 'Authentication templates cannot be sent to a user id.')
  }
}

const minuteMs = 60_000

function checkMarketing(settings: WhatsAppSettings, { checked, body, nowMs }: Sending): void {
  const { template } = checked
  if (!settings.marketingMessagesApi) {
    throw new GraphError(134102, 'The Marketing Messages API is not available to this account.')
  }
  if (template === null) throw new GraphError(100, 'Message must be a template message.')
  const { product_policy: policy, message_activity_sharing: isShared } = body
  if (policy !== undefined && policy !== 'CLOUD_API_FALLBACK' && policy !== 'STRICT')
    throw invalid('Param product_policy must be one of {CLOUD_API_FALLBACK, STRICT}.')
  if (isShared !== undefined && typeof isShared !== 'boolean')
    throw invalid('Param message_activity_sharing must be a boolean.')
  if (template.category !== 'MARKETING')
    throw new GraphError(134100, `template (${template.name}) is not a marketing template`)
  if (isTooYoung(template, settings.templateSyncMinutes, nowMs))
    throw new GraphError(134101, `template (${template.name}) is still being synchronized`)
}

function isTooYoung({ approvedMs }: Template, syncMinutes: number, nowMs: number): boolean {
  return approvedMs !== undefined && nowMs - approvedMs < syncMinutes * minuteMs
}
