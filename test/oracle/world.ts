import type { Audience, Variants } from '../../src/campaigns/audience.ts'
import type { ShopSettings } from '../../src/shops/shop-settings.ts'

// A shop as plain data: what the oracle decides on, and what is written into a database for the planners to decide on.

/** Milliseconds since 1970. */
export type Moment = number

export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

export type Kind =
  'back_in_stock' | 'price_drop' | 'loyalty_reward' | 'new_arrivals' | 'browse_reminder' | 'we_miss_you'

export interface Campaign {
  id: number
  kind: Kind
  isOn: boolean
  onSince: Moment | null
  /** What differs from the kind's defaults. */
  settings: Record<string, unknown>
  audience: Partial<Audience>
  holdoutBps: number
  variants: Variants
}

/** One record of a person; those with the same rootId are one person, and the root's own fields speak for all. */
export interface PersonRecord {
  id: number
  rootId: number
  country: string | null
  language: string | null
  sendRegions: string[]
  consent: 'unknown' | 'pending' | 'opted_in' | 'opted_out'
  consentAt: Moment | null
  consentSource: string | null
  metaStop: boolean
  pausedAt: Moment | null
  handoffAt: Moment | null
  tags: string[]
  createdAt: Moment
}

export interface Product {
  id: number
  wcId: number
  parentId: number | null
  kind: 'simple' | 'variable' | 'variation'
  itemKey: string
  /** Empty for a variation: it is in its parent's. */
  categoryIds: number[]
  priceMinor: number | null
  saleTo: Moment | null
  stockManagedBy: 'own' | 'parent' | 'none'
  quantity: number | null
  isInStock: boolean
  isSellable: boolean
  firstPublishedAt: Moment | null
}

export interface View {
  personId: number
  productId: number
  at: Moment
  priceMinor: number | null
  /** The product, and if it has variations all of them. */
  isSoldOut: boolean
}

export interface Alert {
  id: number
  personId: number
  productId: number
  kind: 'back_in_stock' | 'price_below'
  anyVariation: boolean
  thresholdMinor: number | null
  askedAt: Moment
  expiresAt: Moment
  endedAt: Moment | null
}

export interface Order {
  id: number
  personId: number
  /** Not cancelled or failed. */
  counts: boolean
  placedAt: Moment
  paidAt: Moment | null
  itemsMinor: number
  refundedMinor: number
  currency: string
  productIds: number[]
}

export interface PriceEvent {
  id: number
  productId: number
  fromMinor: number | null
  toMinor: number | null
  at: Moment
  seenAt: Moment
}

export interface Cycle {
  id: number
  productId: number
  outSince: Moment | null
  openedAt: Moment
  seenAt: Moment
  closedAt: Moment | null
}

export interface Inbound {
  personId: number
  at: Moment
  type: 'text' | 'reaction'
}

/** Something we said in a chat. */
export interface Reply {
  personId: number
  at: Moment
}

export interface Message {
  id: number
  personId: number
  purpose: 'alert' | 'campaign'
  state:
    | 'waiting'
    | 'sending'
    | 'uncertain'
    | 'accepted'
    | 'delivered'
    | 'read'
    | 'failed'
    | 'outcome_unknown'
    | 'suppressed'
    | 'expired'
    | 'held_out'
  reason: string | null
  dueAt: Moment
  startedAt: Moment | null
  /** Null: does not count against the caps. */
  countedAt: Moment | null
}

export interface Candidacy {
  id: number
  campaignId: number
  kind: Kind
  personId: number
  productId: number | null
  itemKey: string
  occasion: string
  runId: number | null
  cycleId: number | null
  priceEventId: number | null
  trigger: 'asked' | 'viewed' | 'daily'
  value: number
  alertId: number | null
  rank: number
  interestAt: Moment
  referenceMinor: number | null
  priceMinor: number | null
  dropBps: number | null
  variant: string | null
  state:
    | 'waiting'
    | 'reserved'
    | 'uncertain'
    | 'sent'
    | 'delivered'
    | 'failed'
    | 'unknown'
    | 'suppressed'
    | 'held_out'
    | 'expired'
  reason: string | null
  retryAt: Moment | null
  expiresAt: Moment
  consideredAt: Moment
  /** By the daily run. */
  takenUpAt?: Moment
  competingId: number | null
  messageId: number | null
}

/** A campaign working through a stock cycle or a price event. */
export interface Run {
  id: number
  campaignId: number
  cycleId: number | null
  priceEventId: number | null
  productId: number
  state: 'new' | 'held' | 'running' | 'done'
  /** The merchant said yes to what was held. */
  isApproved?: boolean
  nextWaveAt: Moment
  expiresAt: Moment
}

export interface World {
  shop: {
    id: number
    timeZone: string
    currency: string
    country: string
    settings: ShopSettings
  }
  campaigns: Campaign[]
  people: PersonRecord[]
  products: Product[]
  views: View[]
  alerts: Alert[]
  orders: Order[]
  priceEvents: PriceEvent[]
  cycles: Cycle[]
  inbound: Inbound[]
  replies: Reply[]
  messages: Message[]
  candidacies: Candidacy[]
  runs: Run[]
  /** The shop does not answer when products are read again. */
  isShopAway: boolean
  /** Slots whose daily run was. */
  dailyRuns: Moment[]
}
