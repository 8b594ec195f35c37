import { DateTime } from 'luxon'

/** As the shop's REST interface writes times: without a zone, in the shop's own and again in UTC. */
export function localText(ms: number | null, timeZone: string): string | null {
  return ms === null ? null : DateTime.fromMillis(ms, { zone: timeZone }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
}

export function gmtText(ms: number | null): string | null {
  return localText(ms, 'UTC')
}

/** A time without a zone, read in the given one; undefined when it is none. */
export function readTime(text: string, timeZone: string): number | undefined {
  const time = DateTime.fromISO(text, { zone: timeZone })
  return time.isValid ? time.toMillis() : undefined
}
