import { decideFate, type Fate, type SentMessage } from './decide-fate.ts'
import type { Person } from './graph-state.ts'
import type { NextStatus } from './play-statuses.ts'
import type { SendDeps } from './send-deps.ts'

/** What becomes of a message now, the limit of the portfolio included. */
export function fateNow(deps: SendDeps, message: SentMessage, person: Person | undefined): Fate {
  const nowMs = deps.clock.now().getTime()
  const fate = decideFate(message, person, nowMs)
  if (fate.kind === 'fails' || person === undefined) return fate
  // Meta's list names no code of its own for this; 131048 is that of limits on what a number may send.
  return deps.portfolio.mayReach(person, nowMs) ? fate : { kind: 'fails', code: 131048 }
}

export function statusesOf(fate: Fate, person: Person | undefined): NextStatus[] {
  switch (fate.kind) {
    case 'fails':
      return [{ status: 'failed', errorCode: fate.code }]
    case 'stays_sent':
      return [{ status: 'sent' }]
    case 'arrives':
      return [
        { status: 'sent' },
        { status: 'delivered' },
        ...(person?.readsAtOnce ? [{ status: 'read' as const }] : []),
      ]
  }
}
