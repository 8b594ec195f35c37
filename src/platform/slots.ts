import { IANAZone } from 'luxon'

/** Every so many minutes of the clock (counted from midnight UTC), or once a day at a local time such as '09:00'. */
export type Every = { minutes: number } | { dailyAt: string }

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs

/**
 * The moments of a job after `after` and up to `now`, earliest first. A local time that a day does not have (the clock goes
 * forward over it) is moved by the length of the gap; one that a day has twice counts the first time.
 */
export function slotsBetween(every: Every, zone: string, after: Date, now: Date): Date[] {
  return 'minutes' in every ? intervals(every.minutes, after, now) : days(every.dailyAt, zone, after, now)
}

function intervals(minutes: number, after: Date, now: Date): Date[] {
  const stepMs = minutes * minuteMs
  const slots: Date[] = []
  for (let at = Math.floor(after.getTime() / stepMs) * stepMs + stepMs; at <= now.getTime(); at += stepMs)
    slots.push(new Date(at))
  return slots
}

function days(dailyAt: string, zoneName: string, after: Date, now: Date): Date[] {
  const offsetAt = rememberOffsets(IANAZone.create(zoneName))
  const atMs = parseTimeOfDay(dailyAt) * minuteMs
  const slots = new Set<number>()
  // A zone is at most 14 hours from UTC, so a local day lies within a day of the UTC day of its date.
  const firstDay = Math.floor(after.getTime() / dayMs) - 1
  const lastDay = Math.floor(now.getTime() / dayMs) + 1
  for (let day = firstDay; day <= lastDay; day++) slots.add(instantOf(day * dayMs + atMs, offsetAt))
  return [...slots]
    .filter((slot) => slot > after.getTime() && slot <= now.getTime())
    .sort((one, other) => one - other)
    .map((slot) => new Date(slot))
}

type OffsetAt = (atMs: number) => number

// Asking a zone is what takes time here, and the same moments come up for the day before and the day after.
function rememberOffsets(zone: IANAZone): OffsetAt {
  const known = new Map<number, number>()
  return (atMs) => {
    const offsetMs = known.get(atMs) ?? zone.offset(atMs) * minuteMs
    known.set(atMs, offsetMs)
    return offsetMs
  }
}

/**
 * The moment a wall clock shows `wallMs` (a local time written as if it were UTC). Not luxon's own conversion: which of two
 * possible moments that picks depends on the offset in force on the day it is asked, and a slot must come out the same always.
 */
function instantOf(wallMs: number, offsetAt: OffsetAt): number {
  const before = wallMs - offsetAt(wallMs - dayMs)
  const after = wallMs - offsetAt(wallMs + dayMs)
  const exact = [before, after].filter((at) => at + offsetAt(at) === wallMs)
  return exact.length === 0 ? before : Math.min(...exact)
}

/** Minutes after midnight. */
function parseTimeOfDay(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined)
    throw new RangeError(`"${text}" is not a time of day such as 09:00`)
  return Number(hours) * 60 + Number(minutes)
}
