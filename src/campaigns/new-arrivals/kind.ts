import { choosePersonal } from '../daily/choose-personal.ts'
import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { CampaignKind } from '../kind.ts'
import { readPersonalChoice } from '../personal-choice.ts'
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
  compose: async (tx, about) => {
    const { newDays } = newArrivalsSettingsSchema.parse(about.settings)
    const chosen = await choosePersonal(tx, about, { newDays })
    const found = readPersonalChoice(chosen.candidacies[0]?.choice).productIds.length
    // Sold out or taken off the shelf since it was planned.
    if (found === 0) return { kind: 'suppress', reason: 'not_sellable' }
    return composeNewArrivals(tx, chosen)
  },
}
