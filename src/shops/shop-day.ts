import { DateTime } from 'luxon'

/** The day it is in a zone, YYYY-MM-DD. */
export function dayIn(timeZone: string, now: Date): string {
  return DateTime.fromJSDate(now, { zone: timeZone }).toFormat('yyyy-MM-dd')
}

/** When the next one begins there. */
export function nextMidnightIn(timeZone: string, now: Date): Date {
  return DateTime.fromJSDate(now, { zone: timeZone })
    .startOf('day')
    .plus({ days: 1 })
    .startOf('day')
    .toJSDate()
}

export function startOfDayIn(timeZone: string, now: Date): Date {
  return DateTime.fromJSDate(now, { zone: timeZone }).startOf('day').toJSDate()
}
