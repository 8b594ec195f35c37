import type { CapSettings } from '../shops/shop-settings.ts'

/** A message that counts: reserved (at its due time), being sent, uncertain, unknown, accepted or further (at its send time). */
export interface CountedMessage {
  at: Date
  purpose: 'campaign' | 'alert'
}

export type CapReason = 'cap_7d' | 'cap_30d' | 'cap_24h'

export type CapDecision = { kind: 'free' } | { kind: 'full'; reason: CapReason; freeAt: Date }

export interface CapQuestion {
  purpose: 'campaign' | 'alert'
  at: Date
  /** The person's other counted messages, in any order; those of merged records among them. */
  counted: readonly CountedMessage[]
  hasOpenAlert: boolean
}

const dayMs = 86_400_000
const thirtyDaysMs = 30 * dayMs

/**
 * May this person get a message at this time? Windows are rolling and half-open: a message exactly seven days ago no longer counts.
 * What is already reserved for later counts as well, so that no window over the two can ever be too full.
 */
export function decideCap(question: CapQuestion, caps: CapSettings): CapDecision {
  const full = rulesFor(question, caps)
    .map((rule) => checkRule(rule, question.at))
    .filter((decision) => decision !== undefined)
  if (full.length === 0) return { kind: 'free' }
  // All must be free at once, so the one that frees last decides.
  return full.reduce((last, decision) => (decision.freeAt > last.freeAt ? decision : last))
}

interface Rule {
  reason: CapReason
  windowMs: number
  /** How many the window may hold besides the new one. */
  others: number
  messages: readonly CountedMessage[]
}

function rulesFor({ purpose, counted, hasOpenAlert }: CapQuestion, caps: CapSettings): Rule[] {
  const month: Rule = {
    reason: 'cap_30d',
    windowMs: thirtyDaysMs,
    others: caps.messagesPer30Days - 1,
    messages: counted,
  }
  const week: Rule = {
    reason: 'cap_7d',
    windowMs: caps.campaignEveryDays * dayMs,
    others: 0,
    messages: counted,
  }
  if (purpose === 'campaign') {
    const campaigns = counted.filter((message) => message.purpose === 'campaign')
    const reserved: Rule = { ...month, others: caps.campaignsPer30DaysWithOpenAlert - 1, messages: campaigns }
    return hasOpenAlert ? [week, month, reserved] : [week, month]
  }
  const alerts = counted.filter((message) => message.purpose === 'alert')
  const day: Rule = {
    reason: 'cap_24h',
    windowMs: caps.alertEveryHours * 3_600_000,
    others: 0,
    messages: alerts,
  }
  return caps.alertsSkip7Days ? [day, month] : [day, week, month]
}

function checkRule(rule: Rule, at: Date): { kind: 'full'; reason: CapReason; freeAt: Date } | undefined {
  const inWindow = rule.messages
    .map((message) => message.at.getTime())
    .filter((time) => time > at.getTime() - rule.windowMs)
    .sort((a, b) => a - b)
  if (inWindow.length <= rule.others) return undefined
  if (rule.others < 0) return { kind: 'full', reason: rule.reason, freeAt: new Date(8.64e15) }
  const mustLeave = inWindow[inWindow.length - 1 - rule.others] ?? at.getTime()
  return { kind: 'full', reason: rule.reason, freeAt: new Date(mustLeave + rule.windowMs) }
}
