import type { Tx } from '../platform/database.ts'
import { endAlerts } from './alerts.ts'
import { insertConsentLog } from './consent-store.ts'
import { lockPerson, saveConsentFields } from './person-store.ts'
import type { Person } from './person.ts'

export interface ConsentDeps {
  /** Ends what is planned for the person. */
  onOptOut: (tx: Tx, end: { shopId: number; personId: number; reason: string; now: Date }) => Promise<void>
}

export interface ConsentChange {
  shopId: number
  /** Any of the person's records. */
  personId: number
  to: 'opted_in' | 'opted_out' | 'pending'
  how: string
  wording?: string | null
  language?: string | null
  proof?: unknown
  /** When the person said it, where that was before now. */
  saidAt?: Date
  now: Date
}

/**
 * Changes a person's consent to marketing, with its entry in the log. An opt-out takes effect at once: open alerts close, and what is
 * planned ends; said again, it closes what was asked for since. Saying the same again changes nothing else.
 */
export async function setConsent(
  tx: Tx,
  deps: ConsentDeps,
  change: ConsentChange,
): Promise<{ changed: boolean }> {
  const person = await lockPerson(tx, change.personId)
  const at = change.saidAt ?? change.now
  if (isOvertaken(person, change.to, at)) return { changed: false }
  const end = { personId: person.id, reason: 'opted_out' as const, now: change.now }
  const ended = change.to === 'opted_out' ? await endAlerts(tx, end) : 0
  const changed = person.consent !== change.to || ended > 0
  if (!changed && person.marketingPausedAt === null) return { changed: false }
  await saveConsentFields(tx, person.id, {
    consent: change.to,
    consentAt: changed ? at : person.consentAt,
    consentSource: changed ? change.how : person.consentSource,
    metaStop: person.metaStop,
    marketingPausedAt: null,
    now: change.now,
  })
  await insertConsentLog(tx, { ...change, personId: person.id, purpose: 'marketing', state: change.to, at })
  if (change.to === 'opted_out') await deps.onOptOut(tx, { ...end, shopId: change.shopId })
  return { changed }
}

// An answer that was given is never taken back to 'pending', and a "start" that comes late does not undo a later "stop". An opt-out
// always holds. WhatsApp tells whole seconds.
function isOvertaken(person: Person, to: ConsentChange['to'], at: Date): boolean {
  if (to === 'pending') return person.consent !== 'unknown'
  const optedOutAt = person.consent === 'opted_out' ? person.consentAt : null
  return (
    to === 'opted_in' &&
    optedOutAt !== null &&
    Math.floor(at.getTime() / 1000) < Math.floor(optedOutAt.getTime() / 1000)
  )
}

/** Meta's own flag. Its `resume` clears nothing but this. */
export async function setMetaStop(
  tx: Tx,
  deps: ConsentDeps,
  change: { shopId: number; personId: number; stop: boolean; how: string; now: Date },
): Promise<{ changed: boolean }> {
  const person = await lockPerson(tx, change.personId)
  if (person.metaStop === change.stop) return { changed: false }
  await saveConsentFields(tx, person.id, { ...person, metaStop: change.stop, now: change.now })
  await insertConsentLog(tx, {
    ...change,
    personId: person.id,
    purpose: 'meta',
    state: change.stop ? 'stop' : 'resume',
    at: change.now,
  })
  if (change.stop) await deps.onOptOut(tx, { ...change, personId: person.id, reason: 'meta_stop' })
  return { changed: true }
}

/** Marketing waits until the person says what they meant. */
export async function pauseMarketing(
  tx: Tx,
  deps: ConsentDeps,
  change: { shopId: number; personId: number; wording: string; language: string; now: Date },
): Promise<{ changed: boolean }> {
  const person = await lockPerson(tx, change.personId)
  if (person.consent === 'opted_out' || person.marketingPausedAt !== null) return { changed: false }
  await saveConsentFields(tx, person.id, { ...person, marketingPausedAt: change.now, now: change.now })
  await insertConsentLog(tx, {
    ...change,
    personId: person.id,
    purpose: 'marketing',
    state: 'paused',
    how: 'sentence',
    at: change.now,
  })
  await deps.onOptOut(tx, { ...change, personId: person.id, reason: 'paused' })
  return { changed: true }
}

/** The person meant something else: marketing goes on as it was. */
export async function resumeMarketing(
  tx: Tx,
  change: { shopId: number; personId: number; now: Date },
): Promise<{ changed: boolean }> {
  const person = await lockPerson(tx, change.personId)
  if (person.marketingPausedAt === null) return { changed: false }
  await saveConsentFields(tx, person.id, { ...person, marketingPausedAt: null, now: change.now })
  await insertConsentLog(tx, {
    ...change,
    personId: person.id,
    purpose: 'marketing',
    state: 'resumed',
    how: 'button',
    at: change.now,
  })
  return { changed: true }
}
