import type { Media } from '../connectors/meta/wire-message.ts'
import type { Tx } from '../platform/database.ts'

export type Purpose = 'reply' | 'transactional' | 'alert' | 'campaign' | 'merchant_notice'

export type MessageState =
  | 'waiting'
  | 'sending'
  | 'uncertain'
  | 'accepted'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'outcome_unknown'
  | 'suppressed'
  | 'expired'
  /** Never sent, so that the effect of those that are can be measured; takes its place under the caps. */
  | 'held_out'

export type Content = TextContent | ButtonsContent | MediaContent | TemplateContent

/** Free text: only inside the 24-hour window. */
export interface TextContent {
  kind: 'text'
  body: string
}

/** Up to three reply buttons: only inside the 24-hour window. */
export interface ButtonsContent {
  kind: 'buttons'
  body: string
  buttons: { id: string; title: string }[]
}

/** A picture, a video or a document: only inside the 24-hour window. */
export interface MediaContent extends Media {
  kind: 'media'
  caption?: string
}

/** An approved template by name; the outbox finds the language and lays the values into Meta's form. */
export interface TemplateContent {
  kind: 'template'
  name: string
  /** In order of preference: the person's, the shop's. */
  languages: string[]
  /** A wording of its own: the template `<name>__<variant>` goes first in each language in which the account has it approved. */
  variant?: string
  /** By parameter name; positional templates take them in the order in which the definition lists them. */
  parameters: Record<string, string>
  /** Values that read differently in each language (prices, days, lists), by language as in `languages`; they go before `parameters`. */
  parametersIn?: Record<string, Record<string, string>>
  headerImageUrl?: string
  /** Any other header, or a picture that was uploaded; goes before `headerImageUrl`. */
  headerMedia?: Media
  /** What completes the url button's address. */
  urlSuffix?: string
  /** The same for a template whose button leads into the shop and not to our links (`…/r/`), as those made by earlier versions do. */
  shopPath?: string
  /** What the button for copying a code copies; up to 15 characters. */
  couponCode?: string
  /** Payloads of the quick-reply buttons, by the button's role in the definition (`opt_out`, …). */
  buttonPayloads?: Record<string, string>
}

/** What a purpose's owner sees when its message is about to go. */
export interface ClaimedMessage {
  id: number
  shopId: number
  personId: number
  phoneNumberId: number
  purpose: Purpose
  content: Content | null
  attempt: number
  dueAt: Date
  expiresAt: Date | null
}

/** The answer of the check that runs again right before sending. */
export type Prepared =
  | { kind: 'send'; content: Content }
  | { kind: 'defer'; until: Date; reason: string }
  | { kind: 'suppress'; reason: string }
  | { kind: 'expire'; reason: string }

/**
 * Runs inside the transaction that stamps messages `started`, for many at once; all are of one shop and number. Locks what it counts.
 * Answers by message id; those not in the answer go with the content they have. Should it throw, it is asked again message by message.
 */
export type PrepareMessages = (
  tx: Tx,
  messages: readonly ClaimedMessage[],
  now: Date,
) => Promise<ReadonlyMap<number, Prepared>>

/** A message has a new state; told inside the same transaction. */
export interface MessageChange {
  messageId: number
  shopId: number
  personId: number
  purpose: Purpose
  state: MessageState
  reason: string | null
  errorCode: number | null
  at: Date
}

export type OnMessagesChanged = (tx: Tx, changes: MessageChange[], now: Date) => Promise<void>
