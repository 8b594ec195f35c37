import { stopsBeginning, type AccountStanding, type AccountStop, type InForce } from './account-words.ts'

/** What keeps a number from sending. */
export interface NumberHold {
  state: 'active' | 'stopped'
  stateReason: string | null
  /** Until then it may answer, and begin nothing; `noEnd`: until Meta lifts it. */
  restrictedUntil: Date | null
  /** In Meta's words. */
  restriction: string | null
  /** Stopped, it starts again by itself then. Null: not before Meta or somebody here says so. */
  stoppedUntil: Date | null
}

/** Later than all times: a restriction that Meta has given no end does not end by itself. */
export const noEnd = new Date('9999-12-31T00:00:00Z')

/** As it is shown: null is until Meta lifts it, or not at all. */
export function endShown(until: Date | null): Date | null {
  return until === null || until >= noEnd ? null : until
}

export const freeHold: NumberHold = {
  state: 'active',
  stateReason: null,
  restrictedUntil: null,
  restriction: null,
  stoppedUntil: null,
}

// Meta's own codes for a blocked or a locked account: a send may meet them before the webhook comes that says why, and until when.
const metBySends: readonly string[] = ['error_368', 'error_131031']
const timed: AccountStop = 'account_restricted'
const ofAccount: readonly string[] = [timed, 'account_disabled', 'account_deleted', ...metBySends]

/** Not for its account's sake, but for a reason that somebody has to look into. */
function isStoppedForElse({ state, stateReason }: NumberHold): boolean {
  return state === 'stopped' && !ofAccount.includes(stateReason ?? '')
}

/**
 * A number after its account's standing has changed. Only what has changed is done: what somebody has started since stays started, and a
 * number that is stopped for something else stays as it is.
 */
export function followStanding(
  hold: NumberHold,
  before: AccountStanding,
  after: AccountStanding,
): NumberHold {
  const isLifted = isChanged(before, after, ['reinstatedAt'])
  const begins = isChanged(before, after, ['begin']) || (isLifted && after.begin === null)
  const restricted = begins ? { ...hold, ...restrict(after.begin) } : hold
  const isFree = after.ban === null && after.answer === null
  const stops = isChanged(before, after, ['ban', 'answer']) || (isLifted && isFree)
  return stops && !isStoppedForElse(hold) ? { ...restricted, ...stop(after) } : restricted
}

export function isChanged(
  before: AccountStanding,
  after: AccountStanding,
  parts: readonly (keyof AccountStanding)[],
): boolean {
  return parts.some((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]))
}

function restrict(begin: InForce | null): Pick<NumberHold, 'restrictedUntil' | 'restriction'> {
  return begin === null
    ? { restrictedUntil: null, restriction: null }
    : { restrictedUntil: toDate(begin.until) ?? noEnd, restriction: stopsBeginning }
}

// A ban has no end of its own, and is not ended by that of a restriction.
function stop({ ban, answer }: AccountStanding): Pick<NumberHold, 'state' | 'stateReason' | 'stoppedUntil'> {
  if (ban !== null) return { state: 'stopped', stateReason: ban.reason, stoppedUntil: null }
  return answer === null
    ? started
    : { state: 'stopped', stateReason: timed, stoppedUntil: toDate(answer.until) }
}

const started = { state: 'active', stateReason: null, stoppedUntil: null } as const

function toDate(until: string | null): Date | null {
  return until === null ? null : new Date(until)
}

/**
 * A number once Meta's restrictions have run for as long as they last: each ends for itself. A stop that a send met ends with the
 * restriction that came with it; one that says more, such as a ban, does not.
 */
export function endHold(hold: NumberHold, now: Date): NumberHold {
  const isOver = (until: Date | null): boolean => until !== null && until <= now
  const begins = isOver(hold.restrictedUntil) ? { ...hold, ...restrict(null) } : hold
  const reason = hold.stateReason ?? ''
  const starts =
    (reason === timed && isOver(hold.stoppedUntil)) ||
    (metBySends.includes(reason) && isOver(hold.restrictedUntil))
  return starts ? { ...begins, ...started } : begins
}
