import type { ClaimedMessage, Prepared, PrepareMessage } from '../outbox/message.ts'
import type { LinkTokens } from '../outbox/link-token.ts'
import type { Tx } from '../platform/database.ts'
import type { Shop } from '../shops/shop.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import { isCampaignKind, kindOf } from './campaign-kinds.ts'
import { loadCampaign } from './campaign-store.ts'
import { decideCandidate } from './decide-candidate.ts'
import {
  leaveMessage,
  listCandidaciesOfMessage,
  updateCandidacies,
  type MessageCandidacyRow,
} from './log-store.ts'
import type { CampaignKind } from './kind.ts'
import { createOpenings } from './openings.ts'
import { capWindowDays, lockPersonFacts, type PersonFacts } from './person-facts.ts'
import type { ReasonCode } from './reasons.ts'

export interface PrepareDeps {
  links: LinkTokens
  wake: (lane: string) => void
}

/**
 * The check that runs again right before an alert or a campaign message goes: does each reason still hold, may this person be written
 * to at this moment, do the caps still allow it? What it finds is written to the candidacies; what it answers decides the message.
 */
export function createPrepareMessage(deps: PrepareDeps): PrepareMessage {
  return async (tx, message, now) => {
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
    const judged = { message, shop, person, kept: holding.kept, now }
    return (await judge(tx, judged)) ?? compose(tx, deps, judged)
  }
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
  const staleReasons = new Map<number, ReasonCode>()
  for (const kind of new Set(candidacies.map((candidacy) => candidacy.kind))) {
    const own = candidacies.filter((candidacy) => candidacy.kind === kind)
    const found = await findKind(kind)?.findStale(tx, own, now)
    for (const [id, reason] of found ?? own.map(({ id }) => [id, 'campaign_off'] as const))
      staleReasons.set(id, reason)
  }
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
  if (kept.length > 0) await leaveMessage(tx, [...staleReasons.keys()])
  return { kept, reason: staleReasons.values().next().value }
}

function findKind(name: string): CampaignKind | undefined {
  return isCampaignKind(name) ? kindOf(name) : undefined
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

async function compose(tx: Tx, deps: PrepareDeps, judged: Judged): Promise<Prepared> {
  const { message, shop, person, kept, now } = judged
  const [first] = kept
  const kind = first === undefined ? undefined : findKind(first.kind)
  if (first === undefined || kind === undefined) return { kind: 'suppress', reason: 'campaign_off' }
  const campaign = await loadCampaign(tx, first.campaignId)
  const composed = await kind.compose(tx, {
    shop,
    person,
    message,
    candidacies: kept,
    isAlert: message.purpose === 'alert',
    variant: first.variant,
    linkTo: (productId) => deps.links.tokenOf(message.id, productId),
    settings: campaign.settings,
    wake: deps.wake,
    now,
  })
  switch (composed.kind) {
    case 'defer':
    case 'suppress':
      return composed
    case 'text':
    case 'buttons':
    case 'template':
      return { kind: 'send', content: composed }
  }
}
