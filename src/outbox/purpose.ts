import type { MessageState, Purpose } from './message.ts'

/** Marketing is never sent twice, and counts against a person's caps. */
export function isMarketing(purpose: Purpose): boolean {
  return purpose === 'alert' || purpose === 'campaign'
}

/** The smaller goes first. */
export function laneOf(purpose: Purpose): number {
  switch (purpose) {
    case 'reply':
    case 'transactional':
      return 0
    case 'alert':
    case 'merchant_notice':
      return 1
    case 'campaign':
      return 2
  }
}

/**
 * When a message counts against the caps: while it is reserved at its due time, from the start of sending at that moment, and even
 * when nobody knows whether it arrived; not when it failed, was suppressed or expired.
 */
export function countedAtOf(message: {
  purpose: Purpose
  state: MessageState
  dueAt: Date
  startedAt: Date | null
}): Date | null {
  if (!isMarketing(message.purpose)) return null
  switch (message.state) {
    case 'waiting':
    case 'held_out':
      return message.dueAt
    case 'sending':
    case 'uncertain':
    case 'accepted':
    case 'sent':
    case 'delivered':
    case 'read':
    case 'outcome_unknown':
      return message.startedAt ?? message.dueAt
    case 'failed':
    case 'suppressed':
    case 'expired':
      return null
  }
}
