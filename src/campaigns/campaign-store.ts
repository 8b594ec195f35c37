import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { campaignKinds, type CampaignKindName } from './campaign-kinds.ts'

/** As it is kept: settings and audience are of whatever version wrote them, and hold what differs from the defaults. */
export interface Campaign {
  id: number
  shopId: number
  kind: string
  isOn: boolean
  /** Nothing that happened before this moment is announced. */
  onSince: Date | null
  settings: unknown
  audience: unknown
  holdoutBps: number
  variants: unknown
  settingsVersion: number
}

const columns =
  'id, shop_id, kind, is_on, on_since, settings, audience, holdout_bps, variants, settings_version'

export async function findCampaign(
  sql: Sql,
  shopId: number,
  kind: CampaignKindName,
): Promise<Campaign | undefined> {
  const [campaign] = await sql.query<Campaign>(
    `select ${columns} from campaigns where shop_id = $1 and kind = $2`,
    [shopId, kind],
  )
  return campaign
}

/** Of kinds that are registered, in the order in which they were made. */
export function listCampaigns(sql: Sql, shopId: number): Promise<Campaign[]> {
  return sql.query<Campaign>(
    `select ${columns} from campaigns where shop_id = $1 and kind = any($2) order by id`,
    [shopId, Object.keys(campaignKinds)],
  )
}

/** For one change after the other. Throws HubError `campaign_missing`. */
export async function lockCampaign(tx: Tx, shopId: number, kind: CampaignKindName): Promise<Campaign> {
  const [campaign] = await tx.query<Campaign>(
    `select ${columns} from campaigns where shop_id = $1 and kind = $2 for no key update`,
    [shopId, kind],
  )
  if (campaign === undefined)
    throw new HubError('campaign_missing', `This shop has no campaign "${kind}" yet.`)
  return campaign
}

/** Makes the shop's campaign of each registered kind, switched off, where it is missing. */
export async function ensureCampaigns(tx: Tx, shopId: number, now: Date): Promise<void> {
  await tx.execute(
    `with made as (
       insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
       select $1, kind, false, '{}', 1, $3, $3 from unnest($2::text[]) with ordinality wanted(kind, place) order by place
       on conflict (shop_id, kind) do nothing
       returning id, settings, audience, holdout_bps, variants
     )
     insert into campaign_settings_versions (campaign_id, version, settings, audience, holdout_bps, variants, created_at, created_by)
     select id, 1, settings, audience, holdout_bps, variants, $3, 'system' from made`,
    [shopId, Object.keys(campaignKinds), now],
  )
}

/** Switching on starts from now: older events stay unannounced. Switching on again what is on changes nothing. */
export async function switchCampaign(
  tx: Tx,
  shopId: number,
  kind: CampaignKindName,
  to: { isOn: boolean; now: Date },
): Promise<void> {
  await tx.execute(
    `update campaigns set is_on = $3, on_since = case when $3 then $4::timestamptz end, updated_at = $4
     where shop_id = $1 and kind = $2 and is_on <> $3`,
    [shopId, kind, to.isOn, to.now],
  )
}

export type CampaignRules = Pick<Campaign, 'settings' | 'audience' | 'holdoutBps' | 'variants'>

/** Adds a version of the campaign's rules, and puts it in force. Returns the version. */
export async function insertCampaignVersion(
  tx: Tx,
  campaignId: number,
  rules: CampaignRules,
  by: { name: string; now: Date },
): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `with changed as (
       update campaigns set settings = $2, audience = $3, holdout_bps = $4, variants = $5, settings_version = settings_version + 1,
         updated_at = $6
       where id = $1 returning id, settings_version, settings, audience, holdout_bps, variants
     )
     insert into campaign_settings_versions (campaign_id, version, settings, audience, holdout_bps, variants, created_at, created_by)
     select id, settings_version, settings, audience, holdout_bps, variants, $6, $7 from changed
     returning version`,
    [
      campaignId,
      JSON.stringify(rules.settings),
      JSON.stringify(rules.audience),
      rules.holdoutBps,
      JSON.stringify(rules.variants),
      by.now,
      by.name,
    ],
  )
  return row?.version ?? 1
}

/** `changes` replaces what differs from the defaults; throws ZodError when it is not valid. */
export async function saveCampaignSettings(
  tx: Tx,
  shopId: number,
  kind: CampaignKindName,
  changes: { settings: unknown; now: Date },
): Promise<void> {
  campaignKinds[kind].settingsSchema.parse(changes.settings)
  const campaign = await lockCampaign(tx, shopId, kind)
  const by = { name: 'system', now: changes.now }
  await insertCampaignVersion(tx, campaign.id, { ...campaign, settings: changes.settings }, by)
}
