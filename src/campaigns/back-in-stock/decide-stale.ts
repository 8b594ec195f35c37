import type { ReasonCode } from '../reasons.ts'

/** What may have changed about a candidacy between planning and sending. */
export interface Freshness {
  candidacyId: number
  isCampaignOn: boolean
  isCycleClosed: boolean
  isInStock: boolean
  isSellable: boolean
  hasAlertEnded: boolean
  hasBought: boolean
  expiresAt: Date
}

/** Why a planned back-in-stock message must not go any more; nothing while its reason still holds. */
export function findStaleReason(freshness: Freshness, now: Date): ReasonCode | undefined {
  if (!freshness.isCampaignOn) return 'campaign_off'
  if (freshness.hasAlertEnded) return 'alert_ended'
  if (freshness.isCycleClosed || !freshness.isInStock) return 'sold_out_again'
  if (!freshness.isSellable) return 'not_sellable'
  if (freshness.hasBought) return 'bought_since'
  return now >= freshness.expiresAt ? 'expired' : undefined
}
