import { isWindowOpen, type Person } from './graph-state.ts'

/** What becomes of a message that Meta has accepted. */
export type Fate =
  | { kind: 'arrives' }
  /** One tick only: it stays on Meta's servers. */
  | { kind: 'stays_sent' }
  | { kind: 'fails'; code: number }

export interface SentMessage {
  /** Null: a free message. */
  category: string | null
}

export function decideFate(message: SentMessage, person: Person | undefined, nowMs: number): Fate {
  if (person === undefined || !person.onWhatsApp) return { kind: 'fails', code: 131026 }
  const isOpen = isWindowOpen(person, nowMs)
  if (message.category === null && !isOpen) return { kind: 'fails', code: 131047 }
  if (message.category === 'MARKETING') {
    const code = whyNoMarketing(person, isOpen)
    if (code !== undefined) return { kind: 'fails', code }
  }
  return person.blockedUs ? { kind: 'stays_sent' } : { kind: 'arrives' }
}

/** Marketing inside an open window does not count for Meta's cap per person; to numbers of the USA it never goes (per-user-limits). */
function whyNoMarketing(person: Person, isWindowOpenNow: boolean): number | undefined {
  if (person.stoppedMarketing) return 131050
  if (person.bsuid.startsWith('US.')) return 131049
  return person.marketingCapped && !isWindowOpenNow ? 131049 : undefined
}
