import type { Shop } from '../shops/shop.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import { findOpening, type Opening } from './send-window.ts'

/** Openings for one moment, worked out once per set of regions however many people share it. */
export function createOpenings(
  shop: Shop,
  settings: ShopSettings,
  now: Date,
): (regions: readonly string[]) => Opening {
  const known = new Map<string, Opening>()
  return (regions) => {
    // Nothing known about where a person is: the shop's own zone and country.
    const used = regions.length > 0 ? regions : [`${shop.country}|${shop.timeZone}`]
    const key = used.join(',')
    let opening = known.get(key)
    if (opening === undefined) {
      opening = findOpening(used, settings.sendWindow, now)
      known.set(key, opening)
    }
    return opening
  }
}
