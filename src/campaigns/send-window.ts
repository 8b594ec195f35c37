import Holidays from 'date-holidays'
import { DateTime } from 'luxon'
import type { SendWindowSettings } from '../shops/shop-settings.ts'

/** 'CC|Zone', as people keep them: the country whose rules apply and the zone whose clock does. */
export type Region = string

export interface Opening {
  isOpen: boolean
  /** `now` when open; null when no common opening comes within a fortnight. */
  opensAt: Date | null
}

const searchDays = 14

/**
 * Whether a person may be written to now, and if not, when next. Of several possible zones all must be open. Days and hours are
 * those on the wall where the person is, so daylight saving moves them: 09:00 stays 09:00.
 */
export function findOpening(regions: readonly Region[], settings: SendWindowSettings, now: Date): Opening {
  const limitMs = now.getTime() + searchDays * 86_400_000
  let at = now
  while (at.getTime() <= limitMs) {
    const next = latest(regions.map((region) => nextOpenMoment(region, settings, at)))
    if (next === null) return { isOpen: false, opensAt: null }
    if (next.getTime() === at.getTime()) return { isOpen: at === now, opensAt: at }
    at = next
  }
  return { isOpen: false, opensAt: null }
}

/** The first moment at or after `from` at which this one region is open; null when its rules never open. */
function nextOpenMoment(region: Region, settings: SendWindowSettings, from: Date): Date | null {
  const [country = '', zone = 'utc'] = region.split('|')
  const local = DateTime.fromJSDate(from, { zone })
  for (let day = 0; day <= searchDays; day++) {
    const date = local.plus({ days: day })
    if (isClosedDay(country, date, settings)) continue
    const { opens, closes } = settings.byCountry[country]?.window ?? settings
    const opensAt = atTime(date, opens)
    const closesAt = atTime(date, closes)
    if (from < opensAt) return opensAt
    if (from < closesAt) return from
  }
  return null
}

// luxon moves a time that a clock change skips to the moment after the gap, and takes the first of one that happens twice.
function atTime(date: DateTime, time: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  if (hour === 24) return date.startOf('day').plus({ days: 1 }).toJSDate()
  return date.set({ hour, minute, second: 0, millisecond: 0 }).toJSDate()
}

function isClosedDay(country: string, date: DateTime, settings: SendWindowSettings): boolean {
  const rule = settings.byCountry[country]
  if (rule === undefined) return false
  return (
    rule.closedWeekdays.includes(date.weekday) ||
    (rule.closedOnPublicHolidays && isPublicHoliday(country, date))
  )
}

const holidaysOfYear = new Map<string, Set<string>>()

function isPublicHoliday(country: string, date: DateTime): boolean {
  const key = `${country}:${date.year}`
  let days = holidaysOfYear.get(key)
  if (days === undefined) {
    const found = new Holidays(country).getHolidays(date.year)
    days = new Set(
      found.filter((holiday) => holiday.type === 'public').map((holiday) => holiday.date.slice(0, 10)),
    )
    holidaysOfYear.set(key, days)
  }
  return days.has(date.toISODate() ?? '')
}

function latest(moments: readonly (Date | null)[]): Date | null {
  let last: Date | undefined
  for (const moment of moments) {
    if (moment === null) return null
    if (last === undefined || moment > last) last = moment
  }
  return last ?? null
}
