import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { campaignKinds, type CampaignKindName } from './campaign-kinds.ts'

export interface Campaign {
  id: number
  shopId: number
  kind: string
  isOn: boolean
  /** Nothing that happened before this moment is announced. */
  onSince: Date | null
  settings: unknown
  settingsVersion: number
}

const columns = 'id, shop_id, kind, is_on, on_since, settings, settings_version'

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

export async function loadCampaign(sql: Sql, id: number): Promise<Campaign> {
  const [campaign] = await sql.query<Campaign>(`select ${columns} from campaigns where id = $1`, [id])
  if (campaign === undefined)
    throw new HubError('campaign_missing', `There is no campaign with the id ${id}.`)
  return campaign
}

/** Makes the shop's campaign of each registered kind, switched off, where it is missing. */
export async function ensureCampaigns(tx: Tx, shopId: number, now: Date): Promise<void> {
  await tx.execute(
    `insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
     select $1, kind, false, '{}', 1, $3, $3 from unnest($2::text[]) kind
     on conflict (shop_id, kind) do nothing`,
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

/** `changes` replaces what differs from the defaults; throws ZodError when it is not valid. */
export async function saveCampaignSettings(
  tx: Tx,
  shopId: number,
  kind: CampaignKindName,
  changes: { settings: unknown; now: Date },
): Promise<void> {
  campaignKinds[kind].settingsSchema.parse(changes.settings)
  await tx.execute(
    `update campaigns set settings = $3, settings_version = settings_version + 1, updated_at = $4 where shop_id = $1 and kind = $2`,
    [shopId, kind, JSON.stringify(changes.settings), changes.now],
  )
}
