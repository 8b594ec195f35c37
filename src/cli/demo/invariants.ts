import { DateTime } from 'luxon'
import type { Role } from './cast.ts'
import { consentSpans, type Journal, type Told } from './journal.ts'
import { isCounted } from './own-count.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

type Counted = Pick<Told, 'personId' | 'at' | 'isAlert'>

/** Every message against those before it: 1 in 7 days and 4 in 30 for campaigns, 1 in 24 hours and 4 in 30 days for alerts. */
export function findOverCaps(journal: Journal): string[] {
  const counted: Counted[] = [
    ...journal.told.filter(({ failed }) => !failed),
    ...journal.unsent.filter(isCounted).map((one) => ({ ...one, isAlert: one.purpose === 'alert' })),
  ]
  return counted.flatMap((message) => {
    const within = (ms: number): Counted[] =>
      counted.filter((other) => {
        const agoMs = message.at.getTime() - other.at.getTime()
        return other !== message && other.personId === message.personId && agoMs >= 0 && agoMs < ms
      })
    const inMonth = within(30 * dayMs).length
    const soonAfter = message.isAlert
      ? within(dayMs).filter(({ isAlert }) => isAlert).length
      : within(7 * dayMs).length
    const about = `${message.personId} on ${message.at.toISOString()}`
    return [
      ...(soonAfter > 0 ? [`too soon after the one before: ${about}`] : []),
      ...(inMonth > 3 ? [`the ${inMonth + 1}th in 30 days: ${about}`] : []),
    ]
  })
}

/** From nine to eight in the evening where they are; in France never on a Sunday. */
export function findAtNight(journal: Journal, cast: readonly Role[]): string[] {
  return journal.told.flatMap(({ personId, at, country }) => {
    const zone = cast.find(({ id }) => id === personId)?.zone
    if (zone === undefined) return []
    const local = DateTime.fromJSDate(at, { zone })
    const isAwake = local.hour >= 9 && local.hour < 20 && !(country === 'FR' && local.weekday === 7)
    return isAwake ? [] : [`${personId} in ${zone}: ${local.toFormat('ccc dd LLL HH:mm')}`]
  })
}

/** Campaigns only between START and stop; what was asked for, unless stop was said after asking. */
export function findUninvited(
  journal: Journal,
  cast: readonly Role[],
  asked: readonly { personId: string; at: Date }[],
): string[] {
  return journal.told.flatMap(({ personId, at, isAlert, template }) => {
    const role = cast.find(({ id }) => id === personId)
    const spans = role === undefined ? [] : consentSpans(journal, role)
    const stops = journal.said.filter((said) => said.personId === personId && said.isStop && said.at < at)
    const hasAsked = asked.some(
      (one) => one.personId === personId && one.at < at && stops.every((stop) => stop.at < one.at),
    )
    const isInvited = spans.some((span) => span.from <= at && at <= span.until) || (isAlert && hasAsked)
    return isInvited ? [] : [`${template} to ${personId} on ${at.toISOString()}`]
  })
}

/** Nobody in a control group heard of its campaign. */
export function findLeaks(journal: Journal): string[] {
  return journal.unsent
    .filter(isCounted)
    .filter(({ personId, kind }) =>
      journal.told.some(
        (message) => message.personId === personId && message.kind === kind && !message.isAlert,
      ),
    )
    .map(({ personId, kind }) => `${personId} is held out of ${kind}, and was told`)
}
