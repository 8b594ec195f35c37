import type { Ledger } from '../../../src/outbox/decide-settlement.ts'
import type { Purpose } from '../../../src/outbox/message.ts'

export const dueAt = new Date('2026-03-02T12:00:00Z')

/** A message that waits for its first attempt. */
export function waitingLedger(purpose: Purpose): Ledger {
  return {
    id: 1,
    shopId: 1,
    personId: 1,
    phoneNumberId: 1,
    campaignId: null,
    purpose,
    state: 'waiting',
    reason: null,
    attempt: 1,
    dueAt,
    expiresAt: null,
    startedAt: null,
    countedAt: null,
    sentAgainAt: null,
    wamid: null,
    messageStatus: null,
    endpoint: null,
    acceptedAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    errorCode: null,
    errorDetails: null,
    pricingCategory: null,
    pricingType: null,
  }
}

/** One whose first attempt was stamped and may be called at any moment. */
export function begunLedger(purpose: Purpose): Ledger {
  return { ...waitingLedger(purpose), state: 'sending', startedAt: dueAt }
}
