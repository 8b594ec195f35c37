import { parseErrors } from './parse-errors.ts'
import type { ChangeContext, Parsed } from './parse-message.ts'
import { asObject, asText, asTime, type JsonObject } from './read-json.ts'
import type { StatusName, StatusUpdate } from './webhook-types.ts'

const names: readonly StatusName[] = ['sent', 'delivered', 'read', 'failed', 'played']

export function parseStatus(value: unknown, context: ChangeContext): Parsed<StatusUpdate> {
  const status = asObject(value)
  if (status === undefined) return { kind: 'odd', reason: 'status_not_an_object' }
  const id = asText(status.id)
  if (id === undefined) return { kind: 'odd', reason: 'status_without_id' }
  return {
    kind: 'parsed',
    update: {
      kind: 'status',
      origin: context.origin,
      id,
      status: names.find((name) => name === status.status) ?? 'other',
      at: asTime(status.timestamp) ?? context.fallbackAt,
      recipientId: asText(status.recipient_id),
      recipientUserId: asText(status.recipient_user_id),
      callbackData: asText(status.biz_opaque_callback_data),
      pricing: pricingOf(status),
      errors: parseErrors(status.errors),
    },
  }
}

function pricingOf(status: JsonObject): StatusUpdate['pricing'] {
  const pricing = asObject(status.pricing)
  return pricing === undefined
    ? undefined
    : { type: asText(pricing.type), category: asText(pricing.category) }
}
