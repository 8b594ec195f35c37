import { asList, asObject, asText, asTime, objectsIn, type JsonObject } from '../connectors/meta/read-json.ts'
import { matterOfRestriction, type AccountWord } from './account-words.ts'
import { noEnd } from './decide-number-hold.ts'
import { toStoredTier } from './messaging-tier.ts'
import type { NoticeCode } from './notices.ts'

/** What Meta's word on an account, a number or a portfolio means here. */
export type AccountChange =
  /** Of a matter on which the latest word counts (account-words.ts). */
  | ({ kind: 'word' } & Omit<AccountWord, 'at'>)
  | { kind: 'tier'; tier: string }
  /** The number of this name (digits) gets a higher rate. */
  | { kind: 'upgrade'; number: string }
  | { kind: 'tell'; code: NoticeCode; subject: string; details: Readonly<Record<string, unknown>> }

export const accountFields = [
  'account_update',
  'account_review_update',
  'account_alerts',
  'business_capability_update',
  'phone_number_quality_update',
] as const

type Read = (value: JsonObject) => AccountChange[]

const readers: Readonly<Record<string, Read>> = {
  account_update: readAccount,
  account_review_update: readReview,
  account_alerts: readAlert,
  business_capability_update: tierOf,
  phone_number_quality_update: readQuality,
}

/** Nothing: nothing of it concerns sending. */
export function decideAccountUpdate(field: string, value: unknown): AccountChange[] {
  const read = Object.hasOwn(readers, field) ? readers[field] : undefined
  return read?.(asObject(value) ?? {}) ?? []
}

function readAccount(value: JsonObject): AccountChange[] {
  const event = short(value.event)
  switch (event) {
    case 'ACCOUNT_RESTRICTION':
      return readRestrictions(value)
    case 'ACCOUNT_VIOLATION': {
      const violation = short(asObject(value.violation_info)?.violation_type)
      return [{ kind: 'tell', code: 'account_violation', subject: violation, details: { violation } }]
    }
    case 'DISABLED_UPDATE':
      return readBan(asObject(value.ban_info) ?? {})
    case 'ACCOUNT_DELETED':
      return [{ kind: 'word', matter: 'deleted' }]
    // The business, or the app's access to it, is going or gone: what is refused because of it stops the number then.
    case 'ACCOUNT_OFFBOARDED':
      return [{ kind: 'word', matter: 'offboarded' }]
    case 'PARTNER_REMOVED':
    case 'PARTNER_APP_UNINSTALLED':
      return [{ kind: 'tell', code: 'account_alert', subject: event, details: { event } }]
    case 'ACCOUNT_RECONNECTED':
      return [{ kind: 'word', matter: 'reconnected' }]
    default:
      return []
  }
}

// Of two that say the same the longer counts, as with all words of one second.
function readRestrictions(value: JsonObject): AccountChange[] {
  return objectsIn(value.restriction_info).map((one) => ({
    kind: 'word',
    matter: matterOfRestriction(short(one.restriction_type)),
    until: readTime(one.expiration) ?? null,
  }))
}

function readBan(ban: JsonObject): AccountChange[] {
  // Some versions send a list of one.
  const state = short(asList(ban.waba_ban_state)?.[0] ?? ban.waba_ban_state)
  const date = short(ban.waba_ban_date)
  switch (state) {
    case 'DISABLE':
      return [{ kind: 'word', matter: 'disabled', text: date }]
    case 'SCHEDULE_FOR_DISABLE':
      return [{ kind: 'word', matter: 'to_be_disabled', text: date }]
    case 'REINSTATE':
      return [{ kind: 'word', matter: 'reinstated' }]
    default:
      return []
  }
}

function readReview(value: JsonObject): AccountChange[] {
  const decision = short(value.decision)
  return ['APPROVED', 'REJECTED', 'DEFERRED'].includes(decision)
    ? [{ kind: 'word', matter: 'review', text: decision }]
    : []
}

function readAlert(value: JsonObject): AccountChange[] {
  const alert = asObject(value.alert_info) ?? value
  const type = short(alert.alert_type)
  if (type === '') return []
  const details = { severity: short(alert.alert_severity), description: short(alert.alert_description, 500) }
  return [{ kind: 'tell', code: 'account_alert', subject: type, details }]
}

function readQuality(value: JsonObject): AccountChange[] {
  const number = short(value.display_phone_number).replace(/\D/g, '')
  return [
    ...(value.event === 'THROUGHPUT_UPGRADE' ? [{ kind: 'upgrade' as const, number }] : []),
    ...tierOf(value),
  ]
}

// Three names for one thing: since 2026 the portfolio's, before it the number's.
function tierOf(value: JsonObject): AccountChange[] {
  const said =
    value.max_daily_conversations_per_business ??
    value.max_daily_conversation_per_phone ??
    value.current_limit
  const tier = toStoredTier(said)
  return tier === undefined ? [] : [{ kind: 'tier', tier }]
}

/** Seconds or ISO. */
function readTime(value: unknown): Date | undefined {
  const seconds = asTime(value)
  if (seconds !== undefined || typeof value !== 'string') return seconds
  const ms = Date.parse(value)
  return Number.isNaN(ms) || ms >= noEnd.getTime() ? undefined : new Date(ms)
}

/** PostgreSQL takes no U+0000, and half a character is not worth a failure. */
function short(value: unknown, length = 100): string {
  return (asText(value) ?? '').replace(/\0|\p{Surrogate}/gu, '').slice(0, length)
}
