import type { ClaimedRow } from './claim-store.ts'
import { decideContactPace, untouched, type ContactLevel } from './decide-contact-pace.ts'
import type { MessageReason } from './message-reasons.ts'
import type { Held, Ready } from './render-batch.ts'

const reason = 'contact_pace' satisfies MessageReason

/** Which claimed messages must wait for the pace of their person, by id. */
export function paceContacts(
  rows: readonly ClaimedRow[],
  levels: ReadonlyMap<number, ContactLevel>,
  now: Date,
): Map<number, Held> {
  const left = new Map(levels)
  const held = new Map<number, Held>()
  for (const row of rows) {
    // What is too old goes to nobody, and keeps nothing else waiting.
    if (row.expiresAt !== null && row.expiresAt <= now) continue
    const decision = decideContactPace(left.get(row.rootId) ?? { ...untouched, at: now }, row, now)
    if (decision.kind === 'go') left.set(row.rootId, decision.next)
    else held.set(row.id, { kind: 'defer', until: decision.until, reason })
  }
  return held
}

/** Only what goes is taken from a person's bucket. */
export function levelsAfter(
  ready: readonly Ready[],
  levels: ReadonlyMap<number, ContactLevel>,
  now: Date,
): Map<number, ContactLevel> {
  const after = new Map<number, ContactLevel>()
  for (const { row } of ready) {
    const level = after.get(row.rootId) ?? levels.get(row.rootId) ?? { ...untouched, at: now }
    const decision = decideContactPace(level, row, now)
    if (decision.kind === 'go') after.set(row.rootId, decision.next)
  }
  return after
}
