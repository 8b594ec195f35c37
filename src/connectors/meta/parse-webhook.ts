import { parseErrors } from './parse-errors.ts'
import { parseMessage, type ChangeContext, type Parsed } from './parse-message.ts'
import { parsePreference, parseUserIdUpdate } from './parse-person-updates.ts'
import { parseStatus } from './parse-status.ts'
import { asList, asObject, asText, asTime, objectsIn, type JsonObject } from './read-json.ts'
import type { MetaUpdate, Origin } from './webhook-types.ts'

export type ParsedDelivery = { kind: 'parsed'; updates: MetaUpdate[] } | { kind: 'broken'; reason: string }

/**
 * Everything a delivery says, in its order: a delivery may hold up to 1000 updates over many entries and changes. Each part is read
 * on its own; what cannot be understood becomes an update of kind `unknown` and never costs the rest. Never throws. `broken`: not a
 * delivery of a WhatsApp account at all.
 */
export function parseWhatsAppDelivery(body: Buffer, receivedAt: Date): ParsedDelivery {
  let delivery: JsonObject | undefined
  try {
    delivery = asObject(JSON.parse(body.toString('utf8')))
  } catch {
    return { kind: 'broken', reason: 'not_json' }
  }
  if (delivery?.object !== 'whatsapp_business_account') return { kind: 'broken', reason: 'not_whatsapp' }
  const entries = asList(delivery.entry)
  if (entries === undefined) return { kind: 'broken', reason: 'no_entries' }
  return { kind: 'parsed', updates: entries.flatMap((entry) => parseEntry(entry, receivedAt)) }
}

function parseEntry(value: unknown, receivedAt: Date): MetaUpdate[] {
  const entry = asObject(value)
  const origin: Origin = { wabaId: asText(entry?.id) ?? '', phoneNumberId: undefined }
  const changes = asList(entry?.changes)
  if (changes === undefined) return [unknown(origin, 'entry_without_changes', value)]
  const entryAt = asTime(entry?.time)
  return changes.flatMap((change) =>
    guarded(origin, change, () => parseChange(change, { origin, entryAt, receivedAt })),
  )
}

interface EntryContext {
  origin: Origin
  entryAt: Date | undefined
  receivedAt: Date
}

function parseChange(change: unknown, { origin: account, entryAt, receivedAt }: EntryContext): MetaUpdate[] {
  const field = asText(asObject(change)?.field)
  const value = asObject(asObject(change)?.value)
  if (field === undefined || value === undefined)
    return [unknown(account, 'change_without_field_or_value', change)]
  const origin: Origin = { ...account, phoneNumberId: asText(asObject(value.metadata)?.phone_number_id) }
  const contacts = objectsIn(value.contacts)
  const context: ChangeContext = { origin, contacts, fallbackAt: entryAt ?? receivedAt }
  const understood = parseKnownField(field, value, context)
  if (understood !== undefined) return understood
  // Tried here, where a failure is caught: who keeps the update has to write it down again.
  JSON.stringify(value)
  return [{ kind: 'field', origin, field, value, at: entryAt }]
}

type ParsePart = (part: unknown, context: ChangeContext) => Parsed<MetaUpdate>

/** Which lists of which field are made of parts of their own. */
const partsOf: Readonly<Record<string, Readonly<Record<string, ParsePart>>>> = {
  messages: { messages: parseMessage, statuses: parseStatus },
  user_preferences: { user_preferences: parsePreference },
  user_id_update: { user_id_update: parseUserIdUpdate },
}

function parseKnownField(field: string, value: JsonObject, context: ChangeContext): MetaUpdate[] | undefined {
  const lists = Object.hasOwn(partsOf, field) ? partsOf[field] : undefined
  if (lists === undefined) return undefined
  const updates = Object.entries(lists).flatMap(([name, parse]) => parseParts(value[name], parse, context))
  if (field === 'messages' && value.errors !== undefined)
    updates.push(parseValueErrors(value.errors, context.origin))
  return updates.length > 0 ? updates : [unknown(context.origin, `nothing_known_in_${field}`, value)]
}

function parseParts(value: unknown, parse: ParsePart, context: ChangeContext): MetaUpdate[] {
  if (value === undefined) return []
  const parts = asList(value)
  if (parts === undefined) return [unknown(context.origin, 'not_a_list', value)]
  return parts.flatMap((part) =>
    guarded(context.origin, part, () => {
      const parsed = parse(part, context)
      return [parsed.kind === 'parsed' ? parsed.update : unknown(context.origin, parsed.reason, part)]
    }),
  )
}

function parseValueErrors(value: unknown, origin: Origin): MetaUpdate {
  const errors = parseErrors(value)
  return errors.length > 0
    ? { kind: 'value_error', origin, errors }
    : unknown(origin, 'errors_without_codes', value)
}

// Nesting deeper than the stack can be read but not written again; such a part is known by its reason alone.
function guarded(origin: Origin, part: unknown, read: () => MetaUpdate[]): MetaUpdate[] {
  try {
    return read()
  } catch {
    return [unknown(origin, 'unreadable', part)]
  }
}

function unknown(origin: Origin, reason: string, part: unknown): MetaUpdate {
  let raw: string
  try {
    raw = JSON.stringify(part)
  } catch {
    raw = ''
  }
  return { kind: 'unknown', origin, reason, raw }
}
