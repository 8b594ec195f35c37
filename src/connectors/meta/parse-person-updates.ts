import type { ChangeContext, Parsed } from './parse-message.ts'
import { asObject, asText, asTime } from './read-json.ts'
import type { PreferenceUpdate, UserIdUpdate } from './webhook-types.ts'

/** Marketing stopped or resumed in WhatsApp itself. */
export function parsePreference(value: unknown, context: ChangeContext): Parsed<PreferenceUpdate> {
  const preference = asObject(value)
  const waId = asText(preference?.wa_id)
  const userId = asText(preference?.user_id)
  if (preference === undefined || (waId === undefined && userId === undefined)) {
    return { kind: 'odd', reason: 'preference_of_nobody' }
  }
  const said = preference.value
  return {
    kind: 'parsed',
    update: {
      kind: 'user_preference',
      origin: context.origin,
      waId,
      userId,
      category: asText(preference.category) ?? 'unknown',
      value: said === 'stop' || said === 'resume' ? said : 'other',
      at: asTime(preference.timestamp) ?? context.fallbackAt,
    },
  }
}

export function parseUserIdUpdate(value: unknown, context: ChangeContext): Parsed<UserIdUpdate> {
  const update = asObject(value)
  const userId = asObject(update?.user_id)
  const previousUserId = asText(userId?.previous)
  const currentUserId = asText(userId?.current)
  if (previousUserId === undefined || currentUserId === undefined) {
    return { kind: 'odd', reason: 'user_id_update_without_ids' }
  }
  return {
    kind: 'parsed',
    update: {
      kind: 'user_id_update',
      origin: context.origin,
      waId: asText(update?.wa_id),
      previousUserId,
      currentUserId,
      at: asTime(update?.timestamp) ?? context.fallbackAt,
    },
  }
}
