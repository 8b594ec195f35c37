import { choosePersonal } from '../daily/choose-personal.ts'
import { composeChosen } from '../daily/compose-chosen.ts'
import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { CampaignKind } from '../kind.ts'
import { values } from '../value.ts'
import { composeNewArrivals } from './compose.ts'
import { newArrivalsSettingsSchema } from './settings.ts'

export const newArrivals: CampaignKind = {
  settingsSchema: newArrivalsSettingsSchema,
  values: { other: values.newArrivals },
  mayWait: true,
  groups: false,
  templates: ['new_arrivals', 'new_arrivals_first'],
  rampsUp: true,
  findStale: findStaleWinBacks,
  compose: async (tx, abouts) => {
    const [any] = abouts
    if (any === undefined) return []
    const { newDays } = newArrivalsSettingsSchema.parse(any.settings)
    const chosen = await choosePersonal(tx, abouts, { newDays })
    return composeChosen(chosen, (found) => composeNewArrivals(tx, found))
  },
}
