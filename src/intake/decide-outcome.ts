import { describeError } from '../platform/errors.ts'
import type { EventMark } from './event-mark.ts'
import type { InboxEvent, Outcome } from './inbox-event.ts'
import { safeReason } from './safe-text.ts'

/** After so many failures an event is a dead letter (behaviour, 15). */
const mostFailures = 8
const longestPauseMs = 15 * 60_000

/** 2 s after the first failure, doubling. */
function pauseAfterMs(failures: number): number {
  return Math.min(longestPauseMs, 1_000 * 2 ** failures)
}

export function markOutcome(event: InboxEvent, outcome: Outcome, now: Date): EventMark {
  const reason = outcome.kind === 'ignored' ? safeReason(outcome.reason) : null
  return { id: event.id, state: outcome.kind, reason, attempts: event.attempts, dueAt: now }
}

export function markFailure(event: InboxEvent, thrown: unknown, now: Date): EventMark {
  const attempts = event.attempts + 1
  return {
    id: event.id,
    state: attempts >= mostFailures ? 'dead' : 'retry',
    reason: safeReason(`failed: ${describeError(thrown)}`),
    attempts,
    dueAt: new Date(now.getTime() + pauseAfterMs(attempts)),
  }
}
