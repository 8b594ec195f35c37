import type { CampaignKind } from '../kind.ts'
import { values } from '../value.ts'
import { composeBrowseReminder } from './compose.ts'
import { considerBrowsers } from './plan-store.ts'
import { listStaleReminders } from './recheck-store.ts'
import { browseReminderSettingsSchema } from './settings.ts'

export const browseReminder: CampaignKind = {
  settingsSchema: browseReminderSettingsSchema,
  values: { other: values.browseReminder },
  mayWait: true,
  groups: false,
  templates: ['browse_reminder'],
  rampsUp: true,
  isOptional: true,
  findStale: (sql, candidacies, now) =>
    listStaleReminders(
      sql,
      candidacies.map(({ id }) => id),
      now,
    ),
  compose: composeBrowseReminder,
  considerDaily: considerBrowsers,
}
