import type { CampaignKind } from '../kind.ts'
import { values } from '../value.ts'
import { findStaleReason } from './decide-stale.ts'
import { composeBackInStock } from './compose.ts'
import { listFreshness } from './recheck-store.ts'
import { backInStockSettingsSchema } from './settings.ts'

export const backInStock: CampaignKind = {
  settingsSchema: backInStockSettingsSchema,
  values: { asked: values.askedBackInStock, other: values.backInStock },
  mayWait: true,
  groups: false,
  templates: ['back_in_stock', 'back_in_stock_alert', 'back_in_stock_several', 'alerts_several'],
  rampsUp: false,
  findStale: async (sql, candidacies, now) => {
    const freshness = await listFreshness(
      sql,
      candidacies.map(({ id }) => id),
    )
    return new Map(
      freshness.flatMap((row) => {
        const reason = findStaleReason(row, now)
        return reason === undefined ? [] : [[row.candidacyId, reason] as const]
      }),
    )
  },
  compose: composeBackInStock,
}
