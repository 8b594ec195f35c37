import type { ClaimedMessage, Content } from '../outbox/message.ts'
import type { Shop } from '../shops/shop.ts'
import type { MessageCandidacyRow } from './log-store.ts'
import type { PersonFacts } from './person-facts.ts'
import type { ReasonCode } from './reasons.ts'

/** What a message is made of, right before it goes. */
export interface Composing {
  shop: Shop
  person: PersonFacts
  message: ClaimedMessage
  /** Those that still hold, the most valuable first. */
  candidacies: readonly [MessageCandidacyRow, ...MessageCandidacyRow[]]
  isAlert: boolean
  /** The fixed wording of this person, 'a' being the template itself; null: the campaign has one wording. */
  variant: string | null
  /** What completes the url button's address (`…/r/<token>`): to a product, or (null) to the shop. */
  linkTo: (productId: number | null) => string
  /** Of the campaign now; read it with its kind's schema. */
  settings: unknown
  wake: (lane: string) => void
  now: Date
}

/** The message; or it cannot go yet (what it needs is being made), or not at all. */
export type Composed =
  Content | { kind: 'defer'; until: Date; reason: ReasonCode } | { kind: 'suppress'; reason: ReasonCode }
