import { choosePersonal } from '../daily/choose-personal.ts'
import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { CampaignKind } from '../kind.ts'
import { readPersonalChoice } from '../personal-choice.ts'
import { values } from '../value.ts'
import { composeWeMissYou } from './compose.ts'
import { weMissYouSettingsSchema } from './settings.ts'

export const weMissYou: CampaignKind = {
  settingsSchema: weMissYouSettingsSchema,
  values: { other: values.weMissYou },
  mayWait: false,
  groups: false,
  templates: ['we_miss_you', 'we_miss_you_first'],
  rampsUp: true,
  findStale: findStaleWinBacks,
  compose: async (tx, about) => {
    const chosen = await choosePersonal(tx, about)
    const found = readPersonalChoice(chosen.candidacies[0]?.choice).productIds.length
    return found === 0 ? { kind: 'suppress', reason: 'not_sellable' } : composeWeMissYou(tx, chosen)
  },
}
