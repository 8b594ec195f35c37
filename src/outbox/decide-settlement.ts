import { findFailure, type Endpoint, type Then } from '../connectors/meta/failure-table.ts'
import { decideMessageState, type StatusTimes } from './decide-message-state.ts'
import type { MessageState, Purpose } from './message.ts'
import { countedAtOf } from './purpose.ts'

/** What is known about the sending of one message. */
export interface Ledger extends StatusTimes {
  id: number
  shopId: number
  personId: number
  phoneNumberId: number
  campaignId: number | null
  purpose: Purpose
  state: MessageState
  reason: string | null
  attempt: number
  dueAt: Date
  expiresAt: Date | null
  startedAt: Date | null
  countedAt: Date | null
  /** Nobody knew what had become of an attempt, and another was queued for that reason. */
  sentAgainAt: Date | null
  wamid: string | null
  /** What Meta said of a template message it took: 'accepted', 'held_for_quality_assessment', 'paused'. */
  messageStatus: string | null
  /** Where the request went; null: to /messages. */
  endpoint: Endpoint | null
  errorCode: number | null
  errorDetails: string | null
  pricingCategory: string | null
  pricingType: string | null
}

/** Something learned about it: the answer to the request, or statuses. */
export interface News extends Partial<Pick<StatusTimes, 'acceptedAt' | 'sentAt' | 'deliveredAt' | 'readAt'>> {
  wamid?: string
  messageStatus?: string
  /** `code` null: refused without a word from Meta. `waitSeconds`: what Meta said about when it takes more from the account. */
  failure?: { at: Date; code: number | null; details: string | null; waitSeconds?: number }
  pricing?: { category: string | null; type: string | null }
}

/** The same pieces of news leave the same ledger, in whatever order and however often they come. */
export function decideSettlement(before: Ledger, news: News): Ledger {
  const merged = merge(before, news)
  const settled = { ...merged, ...decideState(before, merged) }
  return { ...settled, countedAt: countedAtOf(settled) }
}

function merge(before: Ledger, news: News): Ledger {
  return {
    ...before,
    wamid: before.wamid ?? news.wamid ?? null,
    messageStatus: before.messageStatus ?? news.messageStatus ?? null,
    acceptedAt: earlier(before.acceptedAt, news.acceptedAt),
    sentAt: earlier(before.sentAt, news.sentAt),
    deliveredAt: earlier(before.deliveredAt, news.deliveredAt),
    readAt: earlier(before.readAt, news.readAt),
    ...mergeFailure(before, news.failure),
    ...mergePricing(before, news.pricing),
  }
}

function earlier(first: Date | null, second: Date | null | undefined): Date | null {
  if (first === null || second === null || second === undefined) return first ?? second ?? null
  return second < first ? second : first
}

// Of several failures the first is told; at the same moment, the smaller code.
function mergeFailure(
  before: Ledger,
  failure: News['failure'],
): Pick<Ledger, 'failedAt' | 'errorCode' | 'errorDetails'> {
  const known = { failedAt: before.failedAt, errorCode: before.errorCode, errorDetails: before.errorDetails }
  if (failure === undefined) return known
  const told = { failedAt: failure.at, errorCode: failure.code, errorDetails: failure.details }
  if (known.failedAt === null) return told
  const order =
    failure.at.getTime() - known.failedAt.getTime() || (failure.code ?? 0) - (known.errorCode ?? 0)
  return order < 0 ? told : known
}

// A message's statuses name one price. Should they ever differ, what was charged for (`regular`) is told before what was free.
function mergePricing(
  before: Ledger,
  pricing: News['pricing'],
): Pick<Ledger, 'pricingCategory' | 'pricingType'> {
  const known = { pricingCategory: before.pricingCategory, pricingType: before.pricingType }
  if (pricing === undefined) return known
  const told = { pricingCategory: pricing.category, pricingType: pricing.type }
  return priceKey(told) > priceKey(known) ? told : known
}

function priceKey(price: Pick<Ledger, 'pricingCategory' | 'pricingType'>): string {
  return `${price.pricingType ?? ''} ${price.pricingCategory ?? ''}`
}

type StateDecision = Partial<Pick<Ledger, 'state' | 'reason' | 'attempt' | 'dueAt'>>

function decideState(before: Ledger, merged: Ledger): StateDecision {
  const shown = decideMessageState(merged)
  // A retry is on its way: the number of the attempt that failed is the one before.
  const attempt = isRetryPending(before) ? before.attempt - 1 : before.attempt
  if (shown === undefined) return {}
  if (shown !== 'failed') return { state: shown, reason: null, attempt }
  // It ended while it waited to be tried again: the failure it waited for is known. One that nobody knew of ends it like any other.
  if (isEnded(before) && before.failedAt !== null) return {}
  return decideAfterFailure(merged, attempt)
}

function isEnded({ state }: Ledger): boolean {
  return state === 'suppressed' || state === 'expired'
}

function isRetryPending(ledger: Ledger): boolean {
  return ledger.state === 'waiting' && ledger.failedAt !== null
}

function decideAfterFailure(merged: Ledger, attempt: number): StateDecision {
  const { reason, then } = findFailure(merged.errorCode, merged.endpoint ?? undefined)
  const failedAtMs = (merged.failedAt ?? merged.dueAt).getTime()
  const waitMs = retryWaitMs(then, attempt)
  const dueAt = new Date(failedAtMs + (waitMs ?? 0) + spreadMs(merged.id))
  const isTooLate = merged.expiresAt !== null && dueAt >= merged.expiresAt
  if (waitMs === undefined || isTooLate) return { state: 'failed', reason, attempt }
  return { state: 'waiting', reason, attempt: attempt + 1, dueAt }
}

/** Claimed again only once its number is active again: so it may be due at once, but not in the moment of the stop. */
const afterStopMs = 60_000

/** How long after the failure of this attempt the next one is worth making; undefined: never. */
export function retryWaitMs(then: Then, attempt: number): number | undefined {
  switch (then.kind) {
    case 'never':
      return undefined
    case 'when_started':
      return afterStopMs
    case 'retry':
      if (attempt >= then.attempts) return undefined
      return Math.min(then.firstSeconds * then.factor ** (attempt - 1), then.atMostSeconds) * 1000
  }
}

// What failed together must not come back together; by the id, so that the same failure always means the same time.
function spreadMs(id: number): number {
  return (id * 7919) % 1000
}
