import type { CampaignKind } from '../kind.ts'
import { values } from '../value.ts'
import { composePriceDrop } from './compose.ts'
import { listStale } from './recheck-store.ts'
import { priceDropSettingsSchema } from './settings.ts'

export const priceDrop: CampaignKind = {
  settingsSchema: priceDropSettingsSchema,
  values: { asked: values.askedPrice, other: values.priceDrop },
  mayWait: true,
  groups: true,
  templates: ['price_drop', 'price_drop_several', 'price_alert', 'alerts_several'],
  rampsUp: false,
  findStale: (sql, candidacies, now) =>
    listStale(
      sql,
      candidacies.map(({ id }) => id),
      now,
    ),
  compose: composePriceDrop,
}
