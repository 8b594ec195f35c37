import { shopSettingsSchema } from '../../src/shops/shop-settings.ts'
import {
  dayMs,
  hourMs,
  type Campaign,
  type Candidacy,
  type Kind,
  type Message,
  type PersonRecord,
  type Product,
  type World,
} from './world.ts'

// Worlds written by hand: one ordinary shop in Lisbon, at noon of a Monday, with what a test adds to it.

export const noon = Date.parse('2026-03-02T12:00:00Z')

const kinds: Kind[] = [
  ...(['back_in_stock', 'price_drop', 'loyalty_reward', 'new_arrivals'] as const),
  ...(['browse_reminder', 'we_miss_you'] as const),
]

/** All campaigns have been on for a hundred days but the browse reminder. */
export function smallWorld(parts: Partial<World> = {}, settings: unknown = {}): World {
  return {
    shop: {
      id: 1,
      timeZone: 'Europe/Lisbon',
      currency: 'EUR',
      country: 'PT',
      settings: shopSettingsSchema.parse(settings),
    },
    campaigns: kinds.map((kind, at) => campaign(kind, at + 1)),
    people: [person(1)],
    products: [product(1)],
    views: [],
    alerts: [],
    orders: [],
    priceEvents: [],
    cycles: [],
    inbound: [],
    replies: [],
    messages: [],
    candidacies: [],
    runs: [],
    isShopAway: false,
    dailyRuns: [],
    ...parts,
  }
}

function campaign(kind: Kind, id: number): Campaign {
  return {
    id,
    kind,
    isOn: kind !== 'browse_reminder',
    onSince: noon - 100 * dayMs,
    settings: kind === 'loyalty_reward' ? { minSpentMinor: 10_000 } : {},
    audience: {},
    holdoutBps: 0,
    variants: [],
  }
}

export function person(id: number, parts: Partial<PersonRecord> = {}): PersonRecord {
  return {
    id,
    rootId: id,
    country: 'PT',
    language: null,
    sendRegions: ['PT|Europe/Lisbon'],
    consent: 'opted_in',
    consentAt: noon - 90 * dayMs,
    consentSource: 'keyword',
    metaStop: false,
    pausedAt: null,
    handoffAt: null,
    tags: [],
    createdAt: noon - 10 * dayMs,
    ...parts,
  }
}

export function product(id: number, parts: Partial<Product> = {}): Product {
  return {
    id,
    wcId: id,
    parentId: null,
    kind: 'simple',
    itemKey: `id:${id}`,
    categoryIds: [],
    priceMinor: 1000,
    saleTo: null,
    stockManagedBy: 'own',
    quantity: 5,
    isInStock: true,
    isSellable: true,
    firstPublishedAt: noon - 400 * dayMs,
    ...parts,
  }
}

/** Opened an hour ago after a day without stock. */
export function cycle(productId: number, openedAt = noon - hourMs): World['cycles'][number] {
  return { id: productId, productId, outSince: openedAt - dayMs, openedAt, seenAt: openedAt, closedAt: null }
}

export function view(
  personId: number,
  productId: number,
  at: number,
  priceMinor: number | null = 1000,
): World['views'][number] {
  return { personId, productId, at, priceMinor, isSoldOut: false }
}

export function alert(
  personId: number,
  productId: number,
  askedAt: number,
  parts: Partial<World['alerts'][number]> = {},
): World['alerts'][number] {
  return {
    id: personId * 10 + productId,
    personId,
    productId,
    kind: 'back_in_stock',
    anyVariation: false,
    thresholdMinor: null,
    askedAt,
    expiresAt: askedAt + 90 * dayMs,
    endedAt: null,
    ...parts,
  }
}

export function order(
  personId: number,
  placedAt: number,
  parts: Partial<World['orders'][number]> = {},
): World['orders'][number] {
  return {
    id: personId * 10,
    personId,
    counts: true,
    placedAt,
    paidAt: placedAt,
    itemsMinor: 5000,
    refundedMinor: 0,
    currency: 'EUR',
    productIds: [],
    ...parts,
  }
}

export function fall(
  productId: number,
  from: number,
  to: number,
  at = noon - hourMs,
): World['priceEvents'][number] {
  return { id: at, productId, fromMinor: from, toMinor: to, at, seenAt: at }
}

export function sent(
  personId: number,
  at: number,
  purpose: Message['purpose'] = 'campaign',
  parts: Partial<Message> = {},
): Message {
  return {
    id: at,
    personId,
    purpose,
    state: 'delivered',
    reason: null,
    dueAt: at,
    startedAt: at,
    countedAt: at,
    ...parts,
  }
}

/** A win-back that was sent, with its candidacy. */
export function winBack(
  world: World,
  personId: number,
  at: number,
  state: Message['state'] = 'delivered',
): Candidacy {
  world.messages.push(sent(personId, at, 'campaign', { state }))
  const candidacy: Candidacy = {
    id: world.candidacies.length + 1,
    campaignId: 6,
    kind: 'we_miss_you',
    personId,
    productId: null,
    itemKey: '',
    occasion: `past:${at}`,
    runId: null,
    cycleId: null,
    priceEventId: null,
    trigger: 'daily',
    value: 10,
    alertId: null,
    rank: 1,
    interestAt: at - dayMs,
    referenceMinor: null,
    priceMinor: null,
    dropBps: null,
    variant: null,
    state: state === 'waiting' ? 'reserved' : 'delivered',
    reason: null,
    retryAt: null,
    expiresAt: at + dayMs,
    consideredAt: at,
    competingId: null,
    messageId: at,
  }
  world.candidacies.push(candidacy)
  return candidacy
}

/** What became of everybody, in few words. */
export function outcomes(world: World): string[] {
  return world.candidacies
    .filter((one) => !one.occasion.startsWith('past'))
    .map((one) => [one.personId, one.kind, one.trigger, one.state, one.reason].filter(Boolean).join(' '))
}
