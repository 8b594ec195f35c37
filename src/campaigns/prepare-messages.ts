import { groupBy } from '../outbox/group-by.ts'
import type { LinkTokens } from '../outbox/link-token.ts'
import type { Prepared, PrepareMessages } from '../outbox/message.ts'
import type { Tx } from '../platform/database.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'
import { isCampaignKind, kindOf } from './campaign-kinds.ts'
import { listCampaigns } from './campaign-store.ts'
import type { Composed, Composing } from './composing.ts'
import { decideCandidate, type CandidateDecision } from './decide-candidate.ts'
import { dropStale, type Kept } from './drop-stale.ts'
import { updateCandidacies } from './log-store.ts'
import { createOpenings } from './openings.ts'

export interface PrepareDeps {
  links: LinkTokens
  wake: (lane: string) => void
}

/**
 * The check that runs again right before alerts and campaign messages of one shop go: does each reason still hold, may this person be
 * written to at this moment, do the caps still allow it? What it finds is written to the candidacies; what it answers, for every message,
 * decides it. The statements are as many for a hundred messages as for one. Several messages to one person are taken one after the
 * other: what goes before counts from now on.
 */
export function createPrepareMessages(deps: PrepareDeps): PrepareMessages {
  return async (tx, messages, now) => {
    const { kept, answers } = await dropStale(tx, messages, now)
    const [first] = kept
    if (first === undefined) return answers
    const batch = await loadBatch(tx, deps, { shopId: first.message.shopId, now })
    const going = new Set<number>()
    for (const turn of turnsOf(kept)) {
      for (const [id, prepared] of await prepareTurn(tx, batch, turn, going)) {
        answers.set(id, prepared)
        if (prepared.kind === 'send') going.add(id)
      }
    }
    return answers
  }
}

/** What all messages of a call share. */
interface Batch {
  deps: PrepareDeps
  shop: Shop
  settings: ShopSettings
  openingOf: ReturnType<typeof createOpenings>
  /** Of the shop's campaigns, by id. */
  campaignSettings: ReadonlyMap<number, unknown>
  now: Date
}

async function loadBatch(
  tx: Tx,
  deps: PrepareDeps,
  { shopId, now }: { shopId: number; now: Date },
): Promise<Batch> {
  const shop = await loadShop(tx, shopId)
  const settings = await loadShopSettings(tx, shopId)
  const campaigns = await listCampaigns(tx, shopId)
  const campaignSettings = new Map(campaigns.map((campaign) => [campaign.id, campaign.settings]))
  return { deps, shop, settings, openingOf: createOpenings(shop, settings, now), campaignSettings, now }
}

/** Each person's first message, then each one's second, and so on. */
function turnsOf(kept: readonly Kept[]): Kept[][] {
  const turns: Kept[][] = []
  for (const own of groupBy(kept, ({ person }) => person.personId).values())
    for (const [at, one] of own.entries()) (turns[at] ??= []).push(one)
  return turns
}

/** `going`: the messages of earlier turns that go. */
async function prepareTurn(
  tx: Tx,
  batch: Batch,
  turn: readonly Kept[],
  going: ReadonlySet<number>,
): Promise<Map<number, Prepared>> {
  const decided = turn.map((one) => ({ ...one, decision: decide(batch, one, going) }))
  await updateCandidacies(tx, decided.flatMap(toUpdates), batch.now)
  const answers = new Map<number, Prepared>()
  for (const { message, decision } of decided)
    if (decision.kind !== 'reserve') answers.set(message.id, decision)
  const free = decided.filter(({ decision }) => decision.kind === 'reserve')
  for (const [kind, own] of groupBy(free, ({ candidacies }) => candidacies[0].kind)) {
    const composed = await composeAll(tx, batch, kind, own)
    for (const [at, { message }] of own.entries()) answers.set(message.id, toPrepared(composed[at]))
  }
  return answers
}

function decide(
  { settings, openingOf, now }: Batch,
  { message, person, candidacies }: Kept,
  going: ReadonlySet<number>,
): CandidateDecision {
  const isAlert = message.purpose === 'alert'
  // Reserved, the others count at their due time, which may be long ago; once they go, they count from now on.
  const counted = person.counted
    .filter(({ messageId }) => messageId !== message.id)
    .map((other) => (going.has(other.messageId) ? { ...other, at: now } : other))
  return decideCandidate(
    {
      purpose: isAlert ? 'alert' : 'campaign',
      askedAt: isAlert ? latest(candidacies.map((candidacy) => candidacy.interestAt)) : null,
      expiresAt: latest(candidacies.map((candidacy) => candidacy.expiresAt)),
    },
    { ...person, counted },
    openingOf(person.sendRegions),
    { settings, now },
  )
}

function latest(times: readonly Date[]): Date {
  return times.reduce((last, time) => (time > last ? time : last), new Date(0))
}

function toUpdates({ candidacies, decision }: Kept & { decision: CandidateDecision }): {
  id: number
  state: 'reserved' | 'suppressed'
  reason: string
}[] {
  if (decision.kind === 'reserve') return []
  const state = decision.kind === 'defer' ? 'reserved' : 'suppressed'
  return candidacies.map(({ id }) => ({ id, state, reason: decision.reason }))
}

async function composeAll(
  tx: Tx,
  { deps, shop, campaignSettings, now }: Batch,
  kind: string,
  kept: readonly Kept[],
): Promise<readonly Composed[]> {
  if (!isCampaignKind(kind)) return []
  const abouts = kept.map(({ message, person, candidacies }): Composing => ({
    shop,
    person,
    message,
    candidacies,
    isAlert: message.purpose === 'alert',
    variant: candidacies[0].variant,
    linkTo: (productId) => deps.links.tokenOf(message.id, productId),
    settings: campaignSettings.get(candidacies[0].campaignId),
    wake: deps.wake,
    now,
  }))
  return kindOf(kind).compose(tx, abouts)
}

function toPrepared(composed: Composed | undefined): Prepared {
  // Of a kind that this version does not know.
  if (composed === undefined) return { kind: 'suppress', reason: 'campaign_off' }
  return composed.kind === 'defer' || composed.kind === 'suppress'
    ? composed
    : { kind: 'send', content: composed }
}
