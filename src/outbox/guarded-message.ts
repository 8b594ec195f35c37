import type { MessageReason } from './message-reasons.ts'
import type { Purpose } from './message.ts'

/** A message that would go now, for the guards of the whole: budget, tier. */
export interface GuardedMessage {
  id: number
  shopId: number
  campaignId: number | null
  purpose: Purpose
  wabaId: number
  /** Of the person, where known. */
  country: string | null
  isTemplate: boolean
  /** The person wrote within 24 hours. */
  isWindowOpen: boolean
  /** Number or user id. */
  sentTo: string
}

export type HeldBack =
  { kind: 'defer'; until: Date; reason: MessageReason } | { kind: 'suppress'; reason: MessageReason }
