import type { Purpose } from './message.ts'
import { isMarketing } from './purpose.ts'

/** What one number may send to one person (Meta: one message in six seconds, with a burst that is paid back). */
export interface ContactLevel {
  /** Messages left at `at`. */
  level: number
  at: Date
  /** The last campaign message or alert. */
  marketingAt: Date | null
  /** Meta said that it was too much: nothing before it. */
  notBefore: Date | null
}

const burst = 10
const refillMs = 6_000

export const untouched: Omit<ContactLevel, 'at'> = { level: burst, marketingAt: null, notBefore: null }

export type ContactDecision = { kind: 'go'; next: ContactLevel } | { kind: 'wait'; until: Date }

/** A message that may go to the person. */
export interface PacedMessage {
  purpose: Purpose
  attempt: number
}

/**
 * Replies and order updates draw on a bucket of ten that gains one in six seconds; campaign messages and alerts draw on it, too, and lie
 * at least six seconds apart; a further attempt of one that was refused is not apart from itself.
 */
export function decideContactPace(
  before: ContactLevel,
  { purpose, attempt }: PacedMessage,
  now: Date,
): ContactDecision {
  const passedMs = Math.max(0, now.getTime() - before.at.getTime())
  const level = Math.min(burst, before.level + passedMs / refillMs)
  const fullAt = level >= 1 ? now.getTime() : now.getTime() + Math.ceil((1 - level) * refillMs)
  const marketing = isMarketing(purpose)
  const lastMs = marketing && attempt === 1 ? before.marketingAt?.getTime() : undefined
  const spacedAt = lastMs === undefined ? 0 : lastMs + refillMs
  const until = Math.max(fullAt, spacedAt, before.notBefore?.getTime() ?? 0)
  if (until > now.getTime()) return { kind: 'wait', until: new Date(until) }
  const marketingAt = marketing ? now : before.marketingAt
  return { kind: 'go', next: { level: level - 1, at: now, marketingAt, notBefore: null } }
}
