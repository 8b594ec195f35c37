import type { Tx } from '../platform/database.ts'
import type { ClaimedMessage, Content, Prepared, PrepareMessage } from '../outbox/message.ts'
import type { Shop } from '../shops/shop.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import { composeBackInStock } from './back-in-stock/compose.ts'
import { findStaleReason } from './back-in-stock/decide-stale.ts'
import { listFreshness } from './back-in-stock/recheck-store.ts'
import { decideCandidate } from './decide-candidate.ts'
import { listCandidaciesOfMessage, updateCandidacies, type MessageCandidacyRow } from './log-store.ts'
import { createOpenings } from './openings.ts'
import { capWindowDays, lockPersonFacts, type PersonFacts } from './person-facts.ts'
import type { ReasonCode } from './reasons.ts'

/**
 * The check that runs again right before an alert or a campaign message goes: does each reason still hold, may this person be written
 * to at this moment, do the caps still allow it? What it finds is written to the candidacies; what it answers decides the message.
 */
export const prepareCampaignMessage: PrepareMessage = async (tx, message, now) => {
  const candidacies = await listCandidaciesOfMessage(tx, message.id)
  const holding = await dropStale(tx, candidacies, now)
  const first = holding.kept[0]
  if (first === undefined) return { kind: 'suppress', reason: holding.reason ?? 'expired' }

  const shop = await loadShop(tx, message.shopId)
  const people = await lockPersonFacts(tx, [first.personId], {
    now,
    windowDays: capWindowDays,
    exceptMessageId: message.id,
  })
  const person = people.get(first.personId)
  if (person === undefined) return { kind: 'suppress', reason: 'no_address' }
  const verdict = await judge(tx, { message, shop, person, kept: holding.kept, now })
  if (verdict !== undefined) return verdict
  return { kind: 'send', content: await compose(tx, { message, shop, person, kept: holding.kept, now }) }
}

interface Judged {
  message: ClaimedMessage
  shop: Shop
  person: PersonFacts
  kept: readonly MessageCandidacyRow[]
  now: Date
}

async function dropStale(
  tx: Tx,
  candidacies: readonly MessageCandidacyRow[],
  now: Date,
): Promise<{ kept: MessageCandidacyRow[]; reason: ReasonCode | undefined }> {
  const freshness = await listFreshness(
    tx,
    candidacies.map((candidacy) => candidacy.id),
  )
  const staleReasons = new Map(
    freshness.flatMap((row) => {
      const reason = findStaleReason(row, now)
      return reason === undefined ? [] : [[row.candidacyId, reason] as const]
    }),
  )
  await updateCandidacies(
    tx,
    [...staleReasons].map(([id, reason]) => ({
      id,
      state: reason === 'expired' ? 'expired' : 'suppressed',
      reason,
    })),
    now,
  )
  const kept = candidacies.filter((candidacy) => !staleReasons.has(candidacy.id))
  return { kept, reason: staleReasons.values().next().value }
}

async function judge(tx: Tx, { message, shop, person, kept, now }: Judged): Promise<Prepared | undefined> {
  const settings = await loadShopSettings(tx, shop.id)
  const isAlert = message.purpose === 'alert'
  const decision = decideCandidate(
    {
      purpose: isAlert ? 'alert' : 'campaign',
      askedAt: isAlert ? latest(kept.map((candidacy) => candidacy.interestAt)) : null,
      expiresAt: latest(kept.map((candidacy) => candidacy.expiresAt)),
    },
    person,
    createOpenings(shop, settings, now)(person.sendRegions),
    { settings, now },
  )
  if (decision.kind === 'reserve') return undefined
  const state = decision.kind === 'defer' ? 'reserved' : 'suppressed'
  await updateCandidacies(
    tx,
    kept.map((candidacy) => ({ id: candidacy.id, state, reason: decision.reason })),
    now,
  )
  return decision
}

function latest(times: readonly Date[]): Date {
  return times.reduce((last, time) => (time > last ? time : last), new Date(0))
}

function compose(tx: Tx, { message, shop, person, kept, now }: Judged): Promise<Content> {
  return composeBackInStock(tx, {
    shop,
    person,
    message,
    candidacies: kept,
    isAlert: message.purpose === 'alert',
    variant: kept[0]?.variant ?? null,
    linkTo: (productId) => String(productId ?? 0),
    now,
  })
}
