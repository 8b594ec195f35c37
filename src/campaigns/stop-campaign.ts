import { releaseWaiting } from '../outbox/release-waiting.ts'
import type { Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { raiseNotice, resolveNotice } from '../shops/notice-store.ts'
import { acceptOptOuts } from './circuit-breaker-store.ts'
import { lockCampaignStop, saveResumed, saveStop, type CampaignStop } from './stop-campaign-store.ts'

export interface WhichCampaign {
  shopId: number
  kind: string
}

/** Why: the merchant's switch, or the circuit breaker. */
export type StopReason = 'killed' | 'breaker_refusals' | 'breaker_opt_outs'

/**
 * Nothing more of the campaign begins: what is due waits, and what is too old by then expires. Not the same as switching it off, which ends
 * what waits. False when it was stopped already. Throws HubError `campaign_missing`.
 */
export async function stopCampaign(
  tx: Tx,
  { shopId, kind }: WhichCampaign,
  { reason, details = {} }: { reason: StopReason; details?: Readonly<Record<string, unknown>> },
  by: Actor,
): Promise<boolean> {
  const { campaignId } = await lock(tx, shopId, kind)
  if (!(await saveStop(tx, campaignId, { reason, details, now: by.now }))) return false
  const notice =
    reason === 'killed'
      ? { code: 'campaign_killed' as const, details: { by: by.name, ...details } }
      : { code: 'campaign_stopped' as const, details: { reason, ...details } }
  await raiseNotice(tx, { shopId, subject: kind, ...notice, now: by.now })
  const entry = {
    shopId,
    action: 'campaign.stopped',
    subject: `campaign:${kind}`,
    after: { reason, ...details },
  }
  await writeAudit(tx, entry, by)
  return true
}

/**
 * The campaign goes on with what waits; refusals are counted anew, and opt-outs so far do not stop it again. False when it was not stopped.
 * Throws HubError `campaign_missing`.
 */
export async function resumeCampaign(tx: Tx, { shopId, kind }: WhichCampaign, by: Actor): Promise<boolean> {
  const { campaignId, stoppedAt, stopReason, stopDetails } = await lock(tx, shopId, kind)
  if (stoppedAt === null) return false
  await saveResumed(tx, campaignId, by.now)
  await acceptOptOuts(tx, campaignId)
  await releaseWaiting(tx, { shopId, campaignId, reasons: stopReason === null ? [] : [stopReason] }, by.now)
  for (const code of ['campaign_stopped', 'campaign_killed'] as const)
    await resolveNotice(tx, { shopId, code, subject: kind, now: by.now })
  const before = { reason: stopReason, stoppedAt, details: stopDetails }
  await writeAudit(tx, { shopId, action: 'campaign.resumed', subject: `campaign:${kind}`, before }, by)
  return true
}

async function lock(tx: Tx, shopId: number, kind: string): Promise<CampaignStop> {
  const found = await lockCampaignStop(tx, shopId, kind)
  if (found === undefined) throw new HubError('campaign_missing', `This shop has no campaign "${kind}" yet.`)
  return found
}
