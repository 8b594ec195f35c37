import { newcombe, type Share } from './newcombe.ts'

/** The method of the interval, as it is named wherever the figure is shown. */
export const liftMethod = 'Newcombe 1998, method 10 (hybrid score), 95 %'

export interface Lift {
  /** People for whom a message was meant to go, and how many of them ordered. */
  treated: Share
  /** People in the control group, and how many of them ordered. */
  control: Share
  /** Treated share less control share, with its 95 % interval, in basis points; null with the reason. */
  differenceBps: number | null
  lowBps: number | null
  highBps: number | null
  reason: 'no_control_group' | 'nobody_treated' | null
}

/** What the messages caused, as far as can be told. */
export function decideLift(treated: Share, control: Share): Lift {
  const none = { treated, control, differenceBps: null, lowBps: null, highBps: null }
  if (treated.of === 0) return { ...none, reason: 'nobody_treated' }
  if (control.of === 0) return { ...none, reason: 'no_control_group' }
  const { difference, low, high } = newcombe(treated, control)
  return {
    treated,
    control,
    differenceBps: toBps(difference),
    lowBps: toBps(low),
    highBps: toBps(high),
    reason: null,
  }
}

// Adding 0 makes -0 a plain zero.
function toBps(share: number): number {
  return Math.round(share * 10_000) + 0
}
