import type { MessageOutcome } from '../outbox/decide-outcomes.ts'
import { groupBy } from '../outbox/group-by.ts'
import type { Tx } from '../platform/database.ts'
import { dayIn } from '../shops/shop-day.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import {
  addDeliveries,
  addOptOut,
  findLastReached,
  listReachedDays,
  listWatched,
  lockWatched,
  saveStreaks,
  type CampaignDayKey,
  type WatchedCampaign,
} from './circuit-breaker-store.ts'
import {
  followStreaks,
  isTooManyOptOuts,
  isTooManyRefusals,
  type BreakerSignal,
} from './decide-circuit-breaker.ts'
import { stopCampaign } from './stop-campaign.ts'

type Outcome = MessageOutcome & { campaignId: number }

/** Counts what became of campaigns' messages, and stops a campaign that is refused time after time, or that people leave. */
export async function watchOutcomes(tx: Tx, outcomes: readonly MessageOutcome[], now: Date): Promise<void> {
  const ours = outcomes.filter((outcome): outcome is Outcome => outcome.campaignId !== null)
  if (ours.length === 0) return
  const byCampaign = groupBy(ours, (outcome) => outcome.campaignId)
  const campaigns = await listWatched(tx, [...byCampaign.keys()])
  const signals = new Map([...byCampaign].map(([id, about]) => [id, about.flatMap(toSignals)]))
  await watchRefusals(tx, campaigns, signals, now)
  await watchDeliveries(tx, campaigns, byCampaign, now)
}

function toSignals({ kind, wasTaken }: Outcome): BreakerSignal[] {
  if (kind === 'refused') return [wasTaken ? 'failed' : 'refused']
  return kind === 'failed' ? [] : [kind]
}

// Where nothing was refused, and nothing had been before, there is nothing to write: the campaign's row stays free for others.
async function watchRefusals(
  tx: Tx,
  campaigns: readonly WatchedCampaign[],
  signals: ReadonlyMap<number, readonly BreakerSignal[]>,
  now: Date,
): Promise<void> {
  const moving = campaigns.filter(({ id, refusals, failures }) => {
    const about = signals.get(id) ?? []
    return (
      about.includes('refused') ||
      about.includes('failed') ||
      (refusals > 0 && about.includes('taken')) ||
      (failures > 0 && about.includes('delivered'))
    )
  })
  if (moving.length === 0) return
  const locked = await lockWatched(
    tx,
    moving.map(({ id }) => id),
  )
  const followed = locked.map((campaign) => ({
    campaign,
    ...followStreaks(campaign, signals.get(campaign.id) ?? []),
  }))
  await saveStreaks(
    tx,
    followed.map(({ campaign, after }) => ({ id: campaign.id, ...after })),
  )
  for (const { campaign, longest } of followed) {
    if (campaign.isStopped || longest === 0) continue
    const { sending } = await loadShopSettings(tx, campaign.shopId)
    if (!isTooManyRefusals(longest, sending)) continue
    const details = { refusalsInRow: longest, limit: sending.breakerRefusals }
    await stopCampaign(tx, campaign, { reason: 'breaker_refusals', details }, { name: 'system', now })
  }
}

async function watchDeliveries(
  tx: Tx,
  campaigns: readonly WatchedCampaign[],
  byCampaign: ReadonlyMap<number, readonly Outcome[]>,
  now: Date,
): Promise<void> {
  const days = campaigns.flatMap((campaign) => {
    const delivered = (byCampaign.get(campaign.id) ?? []).filter(({ kind }) => kind === 'delivered')
    const day = dayIn(campaign.timeZone, now)
    return delivered.length === 0 ? [] : [{ campaignId: campaign.id, day, deliveries: delivered.length }]
  })
  const [first] = [...byCampaign.values()].flat()
  if (days.length === 0) return
  await addDeliveries(tx, days, first?.messageId ?? 0)
  await watchDays(tx, campaigns, days, now)
}

async function watchDays(
  tx: Tx,
  campaigns: readonly WatchedCampaign[],
  days: readonly CampaignDayKey[],
  now: Date,
): Promise<void> {
  for (const reached of await listReachedDays(tx, days)) {
    const campaign = campaigns.find(({ id }) => id === reached.campaignId)
    if (campaign === undefined || campaign.isStopped) continue
    const { sending } = await loadShopSettings(tx, campaign.shopId)
    if (!isTooManyOptOuts(reached, sending)) continue
    const { day, deliveries, optOuts, optOutsAccepted } = reached
    const details = { day, deliveries, optOuts, optOutsAccepted, limitBps: sending.breakerOptOutBps }
    await stopCampaign(tx, campaign, { reason: 'breaker_opt_outs', details }, { name: 'system', now })
  }
}

const attributedMs = 7 * 86_400_000

/** Somebody opted out: it speaks against the campaign whose message reached them last, within seven days, on the day it did. */
export async function watchOptOut(tx: Tx, optOut: { personId: number; now: Date }): Promise<void> {
  const { personId, now } = optOut
  const reached = await findLastReached(tx, personId, new Date(now.getTime() - attributedMs))
  // Said to us and to WhatsApp, it is one opt-out.
  if (reached === undefined || reached.stops > 1) return
  const campaigns = await lockWatched(tx, [reached.campaignId])
  const [campaign] = campaigns
  if (campaign === undefined) return
  const day = { campaignId: campaign.id, day: dayIn(campaign.timeZone, reached.at) }
  await addOptOut(tx, day)
  await watchDays(tx, campaigns, [day], now)
}
