import type { Sql } from '../platform/database.ts'
import { audienceSchema, variantsSchema } from './audience.ts'
import { isCampaignKind, kindOf } from './campaign-kinds.ts'
import type { PlannedCampaign } from './planned-campaign.ts'

interface CampaignRow {
  id: number
  kind: string
  isOn: boolean
  onSince: Date | null
  settings: unknown
  settingsVersion: number
  audience: unknown
  holdoutBps: number
  variants: unknown
}

/** All campaigns of a shop whose kind is registered. */
export async function listPlannedCampaigns(sql: Sql, shopId: number): Promise<PlannedCampaign[]> {
  const rows = await sql.query<CampaignRow>(
    `select id, kind, is_on, on_since, settings, settings_version, audience, holdout_bps, variants
     from campaigns where shop_id = $1 order by id`,
    [shopId],
  )
  return rows.flatMap((row) => {
    if (!isCampaignKind(row.kind)) return []
    const kind = kindOf(row.kind)
    return {
      ...row,
      kind: row.kind,
      settings: kind.settingsSchema.parse(row.settings),
      audience: audienceSchema.parse(row.audience),
      variants: variantsSchema.parse(row.variants),
      mayWait: kind.mayWait,
      groups: kind.groups,
      rampsUp: kind.rampsUp,
    }
  })
}
