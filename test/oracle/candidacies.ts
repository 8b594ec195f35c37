import { createHash } from 'node:crypto'
import { isInAudience } from './audience.ts'
import { personRecord, recordIdsOf, rootIdOf } from './people.ts'
import type { Campaign, Candidacy, Kind, Message, Moment, World } from './world.ts'

/** Asked-for back in stock, asked-for price, almost gone, back in stock, price drop, loyalty reward, cart, new arrivals, browse reminder, we miss you. */
export const valueOf: Record<Kind, number> = {
  back_in_stock: 4,
  price_drop: 5,
  loyalty_reward: 6,
  new_arrivals: 8,
  browse_reminder: 9,
  we_miss_you: 10,
}

export const askedValueOf: Partial<Record<Kind, number>> = { back_in_stock: 1, price_drop: 2 }

export function campaignOf(world: World, kind: Kind): Campaign | undefined {
  return world.campaigns.find((campaign) => campaign.kind === kind)
}

export function messageOf(world: World, candidacy: Candidacy): Message | undefined {
  return world.messages.find((message) => message.id === candidacy.messageId)
}

/** Rows about a person, whichever of the merged records they were written for. */
export function candidaciesOf(world: World, rootId: number): Candidacy[] {
  const records = recordIdsOf(world, rootId)
  return world.candidacies.filter((candidacy) => records.includes(candidacy.personId))
}

/** No campaign goes to somebody in the US, opted out, not opted in, stopped at Meta, or who wrote something like "stop". */
export function findForbiddenCampaign(world: World, rootId: number): string | null {
  const root = personRecord(world, rootId)
  if (isBlockedUs(world, rootId)) return 'us_marketing_blocked'
  if (root.consent === 'opted_out') return 'opted_out'
  if (root.consent !== 'opted_in') return 'no_consent'
  if (root.metaStop) return 'meta_stop'
  return root.pausedAt === null ? null : 'paused'
}

/** Meta delivers no marketing to the US; who asks there for an alert is told so. */
export function isBlockedUs(world: World, rootId: number): boolean {
  return personRecord(world, rootId).country === 'US' && !world.shop.settings.sending.marketingToUs
}

/** The first reason, of those that every kind shares, not to tell somebody: what was asked for needs no consent to marketing and no audience. */
export function findSharedReason(
  world: World,
  about: { campaign: Campaign; rootId: number; isAsked: boolean },
): string | null {
  if (about.isAsked) return isBlockedUs(world, about.rootId) ? 'us_marketing_blocked' : null
  const forbidden = findForbiddenCampaign(world, about.rootId)
  if (forbidden !== null) return forbidden
  return isInAudience(world, about.campaign, about.rootId) ? null : 'not_in_audience'
}

/** Any order not cancelled or failed since then, of the item, a translation of it, or a variation whose stock it keeps. */
export function hasBoughtSince(
  world: World,
  about: { rootId: number; productId: number; itemKey: string; since: Moment },
): boolean {
  return world.orders.some(
    (order) =>
      order.counts &&
      rootIdOf(world, order.personId) === about.rootId &&
      order.placedAt >= about.since &&
      order.productIds.some((id) => {
        const bought = world.products.find((product) => product.id === id)!
        // Who bought a variation has bought its parent.
        const parent = world.products.find((product) => product.id === bought.parentId)
        return (
          bought.itemKey === about.itemKey ||
          parent?.itemKey === about.itemKey ||
          (bought.stockManagedBy === 'parent' && bought.parentId === about.productId)
        )
      }),
  )
}

/** One row per campaign, person, product and occasion: seen again, nothing new is written. */
export function addCandidacy(
  world: World,
  row: Pick<
    Candidacy,
    'campaignId' | 'kind' | 'personId' | 'itemKey' | 'occasion' | 'trigger' | 'value' | 'rank' | 'interestAt'
  > &
    Pick<Candidacy, 'reason' | 'expiresAt' | 'consideredAt'> &
    Partial<Candidacy>,
): void {
  const isKnown = world.candidacies.some(
    (known) =>
      known.campaignId === row.campaignId &&
      known.personId === row.personId &&
      known.itemKey === row.itemKey &&
      known.occasion === row.occasion,
  )
  if (!isKnown) world.candidacies.push({ id: nextId(world.candidacies), ...toCandidacy(row) })
}

type NewCandidacy = Parameters<typeof addCandidacy>[1]

function toCandidacy(row: NewCandidacy): Omit<Candidacy, 'id'> {
  return {
    productId: null,
    runId: null,
    cycleId: null,
    priceEventId: null,
    alertId: null,
    referenceMinor: null,
    priceMinor: null,
    dropBps: null,
    variant: null,
    state: row.reason === null ? 'waiting' : 'suppressed',
    retryAt: null,
    competingId: null,
    messageId: null,
    ...row,
  }
}

/** A win-back that came to nothing and is due again is the same row, decided anew. */
export function addOrRenew(world: World, row: NewCandidacy): void {
  const known = world.candidacies.find(
    (one) =>
      one.campaignId === row.campaignId && one.personId === row.personId && one.occasion === row.occasion,
  )
  if (known === undefined) addCandidacy(world, row)
  else if (known.state === 'suppressed' || known.state === 'expired') {
    const { messageId, competingId, variant } = known
    Object.assign(known, toCandidacy(row), { messageId, competingId, variant })
  }
}

const firstId = 1_000_000_000_000

export function nextId(rows: readonly { id: number }[]): number {
  return Math.max(firstId, ...rows.map((row) => row.id)) + 1
}

/** A person's fixed place among all people of a campaign: the first 8 hex digits of md5('<salt>:<campaign>:<person>'). */
export function hashOf(salt: string, campaignId: number, personId: number): number {
  return Number.parseInt(
    createHash('md5').update(`${salt}:${campaignId}:${personId}`).digest('hex').slice(0, 8),
    16,
  )
}
