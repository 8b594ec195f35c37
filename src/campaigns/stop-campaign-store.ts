import type { Sql, Tx } from '../platform/database.ts'

export interface CampaignStop {
  campaignId: number
  kind: string
  stoppedAt: Date | null
  stopReason: string | null
  stopDetails: unknown
}

const columns = `id as campaign_id, kind, stopped_at, stop_reason, stop_details`

export function lockCampaignStop(tx: Tx, shopId: number, kind: string): Promise<CampaignStop | undefined> {
  return one(tx, `select ${columns} from campaigns where shop_id = $1 and kind = $2 for no key update`, [
    shopId,
    kind,
  ])
}

export function findCampaignStop(sql: Sql, shopId: number, kind: string): Promise<CampaignStop | undefined> {
  return one(sql, `select ${columns} from campaigns where shop_id = $1 and kind = $2`, [shopId, kind])
}

async function one(sql: Sql, text: string, values: readonly unknown[]): Promise<CampaignStop | undefined> {
  const [row] = await sql.query<CampaignStop>(text, values)
  return row
}

/** False when it was stopped already. */
export async function saveStop(
  tx: Tx,
  campaignId: number,
  stop: { reason: string; details: unknown; now: Date },
): Promise<boolean> {
  const stopped = await tx.execute(
    `update campaigns set stopped_at = $2, stop_reason = $3, stop_details = $4, updated_at = $2 where id = $1 and stopped_at is null`,
    [campaignId, stop.now, stop.reason, JSON.stringify(stop.details)],
  )
  return stopped > 0
}

/** It goes on, and what made it stop is counted from the beginning. */
export async function saveResumed(tx: Tx, campaignId: number, now: Date): Promise<void> {
  await tx.execute(
    `update campaigns set stopped_at = null, stop_reason = null, stop_details = null, refusals_in_row = 0, failures_in_row = 0,
       updated_at = $2 where id = $1`,
    [campaignId, now],
  )
}
