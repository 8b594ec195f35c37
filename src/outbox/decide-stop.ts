import type { ClaimedMessage } from './message.ts'
import { isMarketing } from './purpose.ts'
import type { Held } from './render-batch.ts'

// What ends a stop releases what waits for it; what is put aside at that very moment is missed, and looked at again in this time.
const soonestMs = 5 * 60_000
const latestMs = 60 * 60_000

interface Stoppable extends Pick<ClaimedMessage, 'purpose' | 'expiresAt'> {
  /** Of its campaign, while that is stopped. */
  stopReason: string | null
  stoppedAt: Date | null
}

/**
 * Why a message must not begin, whatever else is known of it: too old, its campaign is stopped, or Meta lets its number begin nothing.
 * The longer a campaign is stopped, the longer until the next look. Undefined: it may.
 */
export function decideStop(
  { purpose, expiresAt, stopReason, stoppedAt }: Stoppable,
  { restrictedUntil }: { restrictedUntil: Date | null },
  now: Date,
): Held | undefined {
  const nowMs = now.getTime()
  const endMs = expiresAt?.getTime() ?? Infinity
  if (endMs <= nowMs) return { kind: 'expire', reason: 'expired' }
  if (stoppedAt !== null) {
    const lookMs = nowMs + Math.min(Math.max(nowMs - stoppedAt.getTime(), soonestMs), latestMs)
    return { kind: 'defer', until: new Date(Math.min(lookMs, endMs)), reason: stopReason ?? 'killed' }
  }
  if (restrictedUntil === null || restrictedUntil <= now || !isMarketing(purpose)) return undefined
  const lookMs = Math.min(nowMs + latestMs, restrictedUntil.getTime())
  return { kind: 'defer', until: new Date(Math.min(lookMs, endMs)), reason: 'number_restricted' }
}
