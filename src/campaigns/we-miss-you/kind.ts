import { choosePersonal } from '../daily/choose-personal.ts'
import { composeChosen } from '../daily/compose-chosen.ts'
import { findStaleWinBacks } from '../daily/find-stale-win-backs.ts'
import type { CampaignKind } from '../kind.ts'
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
  compose: async (tx, abouts) =>
    composeChosen(await choosePersonal(tx, abouts), (found) => composeWeMissYou(tx, found)),
}
