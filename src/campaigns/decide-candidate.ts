import type { ShopSettings } from '../shops/shop-settings.ts'
import { decideCap } from './decide-cap.ts'
import type { PersonFacts } from './person-facts.ts'
import type { ReasonCode } from './reasons.ts'
import type { Opening } from './send-window.ts'

export type CandidateDecision =
  | { kind: 'reserve' }
  | { kind: 'defer'; reason: ReasonCode; until: Date }
  | { kind: 'suppress'; reason: ReasonCode }

export interface Candidate {
  /** Asked-for messages are alerts; everything else is a campaign message. */
  purpose: 'alert' | 'campaign'
  /** For alerts: when it was asked for. */
  askedAt: Date | null
  expiresAt: Date
}

const hourMs = 3_600_000
const dayMs = 86_400_000

/**
 * May this person get this message now? The same decision when a wave is planned and again right before sending. What cannot be
 * sent now but before it expires waits; what cannot is ended at once, with the reason that stands in its way.
 */
export function decideCandidate(
  candidate: Candidate,
  person: PersonFacts,
  opening: Opening,
  context: { settings: ShopSettings; now: Date },
): CandidateDecision {
  const forbidden = findForbidden(candidate, person, context)
  if (forbidden !== undefined) return { kind: 'suppress', reason: forbidden }
  const braked = candidate.purpose === 'campaign' ? findBraked(person, context) : undefined
  if (braked !== undefined) return wait(braked.reason, braked.until, candidate)
  if (!opening.isOpen) return wait('window_closed', opening.opensAt, candidate)
  const cap = decideCap(
    {
      purpose: candidate.purpose,
      at: context.now,
      counted: person.counted,
      hasOpenAlert: person.hasOpenAlert,
    },
    context.settings.caps,
  )
  return cap.kind === 'free' ? { kind: 'reserve' } : wait(cap.reason, cap.freeAt, candidate)
}

function wait(reason: ReasonCode, until: Date | null, candidate: Candidate): CandidateDecision {
  return until !== null && until < candidate.expiresAt
    ? { kind: 'defer', reason, until }
    : { kind: 'suppress', reason }
}

// No campaign into a conversation, or right after an order.
function findBraked(
  person: PersonFacts,
  { settings, now }: { settings: ShopSettings; now: Date },
): { reason: ReasonCode; until: Date } | undefined {
  if (person.inConversation) return { reason: 'in_conversation', until: new Date(now.getTime() + hourMs) }
  const quietMs = settings.brakes.recentOrderDays * dayMs
  if (person.lastOrderAt === null || person.lastOrderAt.getTime() <= now.getTime() - quietMs) return undefined
  return { reason: 'recent_order', until: new Date(person.lastOrderAt.getTime() + quietMs) }
}

function findForbidden(
  candidate: Candidate,
  person: PersonFacts,
  { settings, now }: { settings: ShopSettings; now: Date },
): ReasonCode | undefined {
  if (person.country === 'US' && !settings.sending.marketingToUs) return 'us_marketing_blocked'
  return candidate.purpose === 'alert'
    ? findAlertForbidden(candidate, person, now)
    : findCampaignForbidden(person)
}

function findCampaignForbidden(person: PersonFacts): ReasonCode | undefined {
  if (person.consent === 'opted_out') return 'opted_out'
  if (person.consent !== 'opted_in') return 'no_consent'
  if (person.metaStop) return 'meta_stop'
  return person.marketingPausedAt === null ? undefined : 'paused'
}

// Asking is consent to that one alert, from anyone not opted out, or opted out before asking. With Meta's stop set, WhatsApp
// delivers no marketing template, so the alert is only answered while the person's own 24 hours run.
function findAlertForbidden(candidate: Candidate, person: PersonFacts, now: Date): ReasonCode | undefined {
  const askedAfterOptOut =
    candidate.askedAt !== null && person.consentAt !== null && candidate.askedAt > person.consentAt
  if (person.consent === 'opted_out' && !askedAfterOptOut) return 'opted_out'
  if (
    person.marketingPausedAt !== null &&
    !(candidate.askedAt !== null && candidate.askedAt > person.marketingPausedAt)
  )
    return 'paused'
  const inWindow = person.lastInboundAt !== null && now.getTime() - person.lastInboundAt.getTime() < dayMs
  return person.metaStop && !inWindow ? 'meta_stop' : undefined
}
