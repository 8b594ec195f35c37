import { asList, asObject, asText, asTime, objectsIn, type JsonObject } from '../connectors/meta/read-json.ts'
import { toStoredTier } from './messaging-tier.ts'
import type { NoticeCode } from './notices.ts'

/** What Meta's word on an account, a number or a portfolio means here. */
export type AccountChange =
  /** Nothing may be begun until then, from any number of the account; answers go on. */
  | { kind: 'restrict'; until: Date; types: string }
  /** Nothing goes at all; where Meta says until when, it goes on by itself then. */
  | { kind: 'stop'; reason: AccountStop; until: Date | null; types: string }
  /** What was restricted or stopped because of the account may go on. */
  | { kind: 'reinstate' }
  | { kind: 'tier'; tier: string }
  /** The number of this name (digits) gets a higher rate. */
  | { kind: 'upgrade'; number: string }
  | { kind: 'tell'; code: NoticeCode; subject?: string; details: Readonly<Record<string, unknown>> }
  /** What was told before is over. */
  | { kind: 'over'; code: NoticeCode; subject?: string }

/** state_reason of numbers that are stopped because of their account. */
export const accountStops = ['account_restricted', 'account_disabled', 'account_deleted'] as const
export type AccountStop = (typeof accountStops)[number]

/** Without an end, Meta lifts it some day: far enough away not to end by itself. */
export const noEnd = new Date('9999-12-31T00:00:00Z')

export const accountFields = [
  'account_update',
  'account_review_update',
  'account_alerts',
  'business_capability_update',
  'phone_number_quality_update',
] as const

type Read = (value: JsonObject, now: Date) => AccountChange[]

const readers: Readonly<Record<string, Read>> = {
  account_update: readAccount,
  account_review_update: readReview,
  account_alerts: readAlert,
  business_capability_update: (value) => tierOf(value),
  phone_number_quality_update: readQuality,
}

/** Nothing: nothing of it concerns sending. */
export function decideAccountUpdate(field: string, value: unknown, now: Date): AccountChange[] {
  const read = Object.hasOwn(readers, field) ? readers[field] : undefined
  return read?.(asObject(value) ?? {}, now) ?? []
}

function readAccount(value: JsonObject, now: Date): AccountChange[] {
  const event = short(value.event)
  switch (event) {
    case 'ACCOUNT_RESTRICTION':
      return readRestriction(value, now)
    case 'ACCOUNT_VIOLATION': {
      const violation = short(asObject(value.violation_info)?.violation_type)
      return [{ kind: 'tell', code: 'account_violation', subject: violation, details: { violation } }]
    }
    case 'DISABLED_UPDATE':
      return readBan(asObject(value.ban_info) ?? {})
    case 'ACCOUNT_DELETED':
      return [{ kind: 'stop', reason: 'account_deleted', until: null, types: event }]
    // The business, or the app's access to it, is going or gone: what is refused because of it stops the number then.
    case 'ACCOUNT_OFFBOARDED':
    case 'PARTNER_REMOVED':
    case 'PARTNER_APP_UNINSTALLED':
      return [{ kind: 'tell', code: 'account_alert', subject: event, details: { event } }]
    case 'ACCOUNT_RECONNECTED':
      return [{ kind: 'over', code: 'account_alert', subject: 'ACCOUNT_OFFBOARDED' }]
    default:
      return []
  }
}

const stopsBeginning = 'RESTRICTED_BIZ_INITIATED_MESSAGING'
const stopsAnswers = 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING'

function readRestriction(value: JsonObject, now: Date): AccountChange[] {
  const all = objectsIn(value.restriction_info).map((one) => ({
    type: short(one.restriction_type),
    until: readTime(one.expiration) ?? noEnd,
  }))
  const inForce = all.filter(({ until }) => until > now)
  const types = inForce.map(({ type }) => type).join(', ')
  const lastOf = (wanted: string): Date | undefined =>
    inForce
      .filter(({ type }) => type === wanted)
      .map(({ until }) => until)
      .sort((one, other) => other.getTime() - one.getTime())[0]
  const [begin, answer] = [lastOf(stopsBeginning), lastOf(stopsAnswers)]
  if (inForce.length === 0) return []
  return [
    ...(begin === undefined ? [] : [{ kind: 'restrict' as const, until: begin, types }]),
    ...(answer === undefined
      ? []
      : [{ kind: 'stop' as const, reason: 'account_restricted' as const, until: answer, types }]),
    { kind: 'tell', code: 'account_restricted', details: { restrictions: inForce.map(toShown) } },
  ]
}

function toShown({ type, until }: { type: string; until: Date }): { type: string; until: string | null } {
  return { type, until: until < noEnd ? until.toISOString() : null }
}

function readBan(ban: JsonObject): AccountChange[] {
  // Some versions send a list of one.
  const state = short(asList(ban.waba_ban_state)?.[0] ?? ban.waba_ban_state)
  const date = short(ban.waba_ban_date)
  switch (state) {
    case 'DISABLE':
      return [
        { kind: 'stop', reason: 'account_disabled', until: null, types: state },
        { kind: 'tell', code: 'account_restricted', details: { event: state, date } },
      ]
    case 'SCHEDULE_FOR_DISABLE':
      return [{ kind: 'tell', code: 'account_to_be_disabled', details: { date } }]
    case 'REINSTATE':
      return [{ kind: 'reinstate' }]
    default:
      return []
  }
}

function readReview(value: JsonObject): AccountChange[] {
  const decision = short(value.decision)
  if (decision === 'APPROVED') return [{ kind: 'over', code: 'account_not_approved' }]
  return decision === 'REJECTED' || decision === 'DEFERRED'
    ? [{ kind: 'tell', code: 'account_not_approved', details: { decision } }]
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
