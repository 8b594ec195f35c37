import { insertMessages } from '../../outbox/insert-messages.ts'
import { linkCandidacies } from '../../outbox/message-candidacies.ts'
import { withdrawMessages } from '../../outbox/withdraw-messages.ts'
import type { Sql, Tx } from '../../platform/database.ts'
import { HubError } from '../../platform/errors.ts'
import type { Random } from '../../platform/random.ts'
import type { Shop } from '../../shops/shop.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import type { Variants } from '../audience.ts'
import { lockStillWaiting, updateCandidacies } from '../log-store.ts'
import { createOpenings } from '../openings.ts'
import { releaseCoupons } from '../loyalty-reward/coupon-store.ts'
import { lockContactBudgets, makeContactBudgets } from '../person-facts-store.ts'
import { variantOf } from '../share.ts'
import {
  decideSlice,
  listOtherWaitingAlerts,
  listOfPeople,
  listPeopleOf,
  listPlaces,
  lockUnsent,
  returnDisplaced,
  type CampaignTerms,
  type Decided,
} from './arbiter-store.ts'

export interface ArbiterContext {
  shop: Shop
  settings: ShopSettings
  campaigns: readonly (CampaignTerms & { variants: Variants })[]
  phoneNumberId: number
  now: Date
  /** Whom another planner or a sender is busy with is left for later, not waited for. */
  skipTaken?: boolean
}

/** What a slice came to. */
export interface Arbitrated {
  /** Candidacies a message was reserved for (those held out among them), with their runs. */
  reserved: { id: number; runId: number | null }[]
  decided: number
}

const minuteMs = 60_000

/**
 * Decides candidacies against each other and against the caps, and reserves messages for those that win. Whole people at a time; their
 * budgets are locked in id order first and counted in a later statement, so any number of planners and senders keep the caps together.
 */
export async function arbitrate(
  tx: Tx,
  deps: { db: Sql; random: Random },
  context: ArbiterContext,
  candidacyIds: readonly number[],
): Promise<Arbitrated> {
  const { settings, now } = context
  const all = await listPeopleOf(tx, candidacyIds)
  // On a connection of its own, so that nobody waits for this transaction, and while it holds no budget that others may wait for.
  await makeContactBudgets(deps.db, all)
  const personIds = await lockContactBudgets(tx, all, context)
  const ids = personIds.length === all.length ? candidacyIds : await listOfPeople(tx, candidacyIds, personIds)
  const waiting = [...(await lockStillWaiting(tx, ids))]
  if (waiting.length === 0) return { reserved: [], decided: 0 }
  const unsent = await lockUnsent(tx, personIds)
  const dueBefore = new Date(now.getTime() + settings.caps.joinAlertsMinutes * minuteMs)
  const decided = await decideSlice(tx, {
    candidacyIds: waiting,
    campaigns: context.campaigns,
    closed: await listClosed(tx, context, personIds),
    displaceable: unsent.filter((message) => message.purpose === 'campaign'),
    joinable: unsent.filter((message) => message.purpose === 'alert' && message.dueAt <= dueBefore),
    settings,
    now,
  })
  await displace(tx, context, decided)
  const messages = await reserve(tx, deps, context, decided)
  await join(tx, context, decided, messages)
  const reserved = decided.filter(({ action }) => action === 'reserve')
  return { reserved: reserved.map(({ id, runId }) => ({ id, runId })), decided: waiting.length }
}

async function listClosed(
  tx: Tx,
  { shop, settings, now }: ArbiterContext,
  personIds: readonly number[],
): Promise<{ personId: number; until: Date | null }[]> {
  const openingOf = createOpenings(shop, settings, now)
  const places = await listPlaces(tx, personIds)
  return places.flatMap((place) => {
    const opening = openingOf(place.regions)
    return opening.isOpen ? [] : place.personIds.map((personId) => ({ personId, until: opening.opensAt }))
  })
}

async function displace(tx: Tx, context: ArbiterContext, decided: readonly Decided[]): Promise<void> {
  const displaced = decided.flatMap((one) =>
    one.action === 'displace' && one.messageId !== null ? [{ ...one, messageId: one.messageId }] : [],
  )
  if (displaced.length === 0) return
  const ids = displaced.map((one) => one.messageId)
  await withdrawMessages(tx, ids, 'outranked')
  const losers = await returnDisplaced(tx, displaced, {
    waitingCampaignIds: context.campaigns.filter((one) => one.mayWait).map((one) => one.id),
    now: context.now,
  })
  await releaseCoupons(tx, losers, context.now)
}

/** The messages of the candidacies reserved now, by candidacy. */
async function reserve(
  tx: Tx,
  deps: { random: Random },
  context: ArbiterContext,
  decided: readonly Decided[],
): Promise<Map<number, number>> {
  const winners = decided.filter(({ action }) => action === 'reserve')
  if (winners.length === 0) return new Map()
  const ids = await insertMessages(
    tx,
    deps,
    winners.map((winner) => ({
      shopId: context.shop.id,
      personId: winner.personId,
      phoneNumberId: context.phoneNumberId,
      campaignId: winner.campaignId,
      purpose: winner.asked ? ('alert' as const) : ('campaign' as const),
      content: null,
      uniqueKey: `candidacy:${winner.id}:${winner.reservations + 1}`,
      dueAt: context.now,
      expiresAt: winner.expiresAt,
      candidacyIds: [winner.id],
      isHeldOut: winner.isHeldOut,
    })),
    context.now,
  )
  const messages = new Map(winners.map(({ id }, at) => [id, messageOf(ids[at], id)]))
  const variantsOf = new Map(context.campaigns.map((campaign) => [campaign.id, campaign.variants]))
  await updateCandidacies(
    tx,
    winners.map((winner) => {
      const variants = winner.asked ? [] : (variantsOf.get(winner.campaignId) ?? [])
      return {
        id: winner.id,
        state: winner.isHeldOut ? ('held_out' as const) : ('reserved' as const),
        reason: winner.isHeldOut ? 'holdout' : null,
        messageId: messageOf(messages.get(winner.id), winner.id),
        variant: variantOf(variants, winner.campaignId, winner.personId),
      }
    }),
    context.now,
  )
  return messages
}

// Left waiting, the candidacy would be decided again and again.
function messageOf(messageId: number | undefined, candidacyId: number): number {
  if (messageId === undefined)
    throw new HubError(
      'message_exists',
      `The candidacy ${candidacyId} has a message with this number already.`,
    )
  return messageId
}

/** Alerts that come along in a message: those decided here, and those of the same people that wait for the same hour. */
async function join(
  tx: Tx,
  { settings, now }: ArbiterContext,
  decided: readonly Decided[],
  messages: ReadonlyMap<number, number>,
): Promise<void> {
  const alertOf = new Map(
    decided.flatMap(({ action, asked, id, personId }) => {
      const messageId = action === 'reserve' && asked ? messages.get(id) : undefined
      return messageId === undefined ? [] : [[personId, messageId] as const]
    }),
  )
  const joined = decided.flatMap(({ action, id, personId, messageId }) => {
    const target = messageId ?? alertOf.get(personId)
    return action === 'join' && target !== undefined ? [{ candidacyId: id, messageId: target }] : []
  })
  await joinMessages(tx, joined, now)
  if (alertOf.size === 0) return
  const others = await listOtherWaitingAlerts(tx, {
    personIds: [...alertOf.keys()],
    dueBefore: new Date(now.getTime() + settings.caps.joinAlertsMinutes * minuteMs),
    now,
  })
  const pulled = others.flatMap(({ personId, candidacyId }) => {
    const messageId = alertOf.get(personId)
    return messageId === undefined ? [] : [{ candidacyId, messageId }]
  })
  await joinMessages(tx, pulled, now)
}

async function joinMessages(
  tx: Tx,
  links: readonly { candidacyId: number; messageId: number }[],
  now: Date,
): Promise<void> {
  await linkCandidacies(tx, links)
  await updateCandidacies(
    tx,
    links.map(({ candidacyId, messageId }) => ({
      id: candidacyId,
      state: 'reserved',
      reason: null,
      messageId,
    })),
    now,
  )
}
