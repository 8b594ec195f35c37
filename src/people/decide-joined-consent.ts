import type { Person } from './person.ts'

type ConsentFields = Pick<
  Person,
  'consent' | 'consentAt' | 'consentSource' | 'metaStop' | 'marketingPausedAt'
>

export interface ConsentToJoin extends ConsentFields {
  /** How the last opt-in came about; null where there was none. */
  optedInHow: string | null
}

// What the owner of the number does in WhatsApp; a form, an import or a member of staff proves nothing about who it was.
const provenWays = new Set(['keyword', 'button', 'wrote_to_us', 'merge'])

/** The consent of people who turn out to be one: an opt-out wins, unless the person themselves opted in later. */
export function joinConsents(people: readonly ConsentToJoin[]): ConsentFields {
  const optOut = latest(people.filter((person) => person.consent === 'opted_out'))
  const optIns = people.filter((person) => person.consent === 'opted_in')
  const optIn =
    optOut === undefined
      ? latest(optIns)
      : latest(optIns.filter((person) => isProven(person) && timeOf(person) > timeOf(optOut)))
  const winner = optIn ?? optOut ?? latest(people.filter((person) => person.consent === 'pending'))
  const pauses = people.flatMap((person) => person.marketingPausedAt ?? [])
  return {
    consent: winner?.consent ?? 'unknown',
    consentAt: winner?.consentAt ?? null,
    consentSource: winner?.consentSource ?? null,
    metaStop: people.some((person) => person.metaStop),
    marketingPausedAt:
      winner?.consent === 'opted_out' ? null : (pauses.sort((a, b) => a.getTime() - b.getTime())[0] ?? null),
  }
}

function isProven(person: ConsentToJoin): boolean {
  return person.optedInHow !== null && provenWays.has(person.optedInHow)
}

function latest(people: readonly ConsentToJoin[]): ConsentToJoin | undefined {
  return people.toSorted((a, b) => timeOf(b) - timeOf(a))[0]
}

function timeOf(person: ConsentFields): number {
  return person.consentAt?.getTime() ?? 0
}
