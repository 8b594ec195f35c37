import { DateTime } from 'luxon'
import type { SendWindowSettings } from '../../src/shops/shop-settings.ts'
import { personRecord, recordIdsOf } from './people.ts'
import { dayMs, minuteMs, type Moment, type World } from './world.ts'

/** Public holidays of France, from its labour code; the worlds lie in these years. */
const frenchHolidays = new Set([
  ...['2026-01-01', '2026-04-06', '2026-05-01', '2026-05-08', '2026-05-14', '2026-05-25', '2026-07-14'],
  ...['2026-08-15', '2026-11-01', '2026-11-11', '2026-12-25', '2027-01-01', '2027-03-29', '2027-05-01'],
])

/** Open is what the clock on the wall says: from `opens` up to but not including `closes`, on days that are not closed. */
function isRegionOpen(region: string, settings: SendWindowSettings, at: Moment): boolean {
  const [country = '', zone = 'utc'] = region.split('|')
  const wall = DateTime.fromMillis(at, { zone })
  const rule = settings.byCountry[country]
  if (rule?.closedWeekdays.includes(wall.weekday) === true) return false
  if (rule?.closedOnPublicHolidays === true && country === 'FR' && frenchHolidays.has(wall.toISODate()!))
    return false
  const { opens, closes } = rule?.window ?? settings
  const time = wall.toFormat('HH:mm')
  return opens <= time && time < closes
}

/** Several zones are possible: only when it is open in all of them. */
export function isOpen(regions: readonly string[], settings: SendWindowSettings, at: Moment): boolean {
  return regions.every((region) => isRegionOpen(region, settings, at))
}

const known = new Map<string, Moment | null>()
const stepMs = 15 * minuteMs

/** `now` when open, else the first quarter of an hour that is; null when none of the next 14 days has one. Windows begin on a quarter. */
export function nextOpening(
  regions: readonly string[],
  settings: SendWindowSettings,
  now: Moment,
): Moment | null {
  if (isOpen(regions, settings, now)) return now
  const key = JSON.stringify([regions, settings, now])
  let found = known.get(key)
  if (found === undefined) {
    found = null
    for (let at = Math.floor(now / stepMs) * stepMs + stepMs; at <= now + 14 * dayMs; at += stepMs) {
      if (!isOpen(regions, settings, at)) continue
      found = at
      break
    }
    known.set(key, found)
  }
  return found
}

/** Where any of a person's records may be; where nothing is known, the shop's own place. */
export function regionsOf(world: World, rootId: number): string[] {
  const regions = new Set(recordIdsOf(world, rootId).flatMap((id) => personRecord(world, id).sendRegions))
  return regions.size > 0 ? [...regions].sort() : [`${world.shop.country}|${world.shop.timeZone}`]
}
