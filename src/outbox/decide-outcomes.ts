import { findFailure, speaksAgainstCampaign } from '../connectors/meta/failure-table.ts'
import type { Ledger } from './decide-settlement.ts'

/**
 * What a message's news mean for the guards of its campaign. A failure may be two at once: 'refused', because it speaks against
 * the campaign, its people or its template (not: too fast, trouble at Meta, a limit of the person), and 'failed', because the message
 * has ended and nothing was sent.
 */
export interface MessageOutcome {
  messageId: number
  shopId: number
  campaignId: number | null
  kind: 'taken' | 'refused' | 'delivered' | 'failed'
  /** WhatsApp had taken it before: its refusal came with a status, and not as the answer. */
  wasTaken: boolean
}

export function decideOutcomes(before: Ledger, after: Ledger): MessageOutcome[] {
  const kinds: MessageOutcome['kind'][] = []
  if (!isTaken(before) && isTaken(after)) kinds.push('taken')
  if (hasNewFailure(before, after) && isAgainst(after)) kinds.push('refused')
  if (!isSeen(before) && isSeen(after)) kinds.push('delivered')
  if (before.state !== 'failed' && after.state === 'failed') kinds.push('failed')
  const { id: messageId, shopId, campaignId } = after
  return kinds.map((kind) => ({ messageId, shopId, campaignId, kind, wasTaken: isTaken(before) }))
}

/** Of this attempt: a further one begins without what was known of the last. */
export function hasNewFailure(before: Ledger, after: Ledger): boolean {
  return before.failedAt === null && after.failedAt !== null
}

function isAgainst({ errorCode, endpoint }: Ledger): boolean {
  return speaksAgainstCampaign(findFailure(errorCode, endpoint ?? undefined))
}

function isTaken(ledger: Ledger): boolean {
  return ledger.acceptedAt !== null || ledger.sentAt !== null || isSeen(ledger)
}

function isSeen({ deliveredAt, readAt }: Ledger): boolean {
  return deliveredAt !== null || readAt !== null
}
