import type { z } from 'zod'
import type { Sql, Tx } from '../platform/database.ts'
import type { Composed, Composing } from './composing.ts'
import type { MessageCandidacyRow } from './log-store.ts'
import type { PlannedCampaign, Round } from './planned-campaign.ts'
import type { ReasonCode } from './reasons.ts'

/** A kind of campaign: one folder, registered in campaign-kinds.ts. */
export interface CampaignKind {
  settingsSchema: z.ZodType
  /** The value of its candidacies (value.ts), asked-for ones and others. */
  values: { asked?: number; other: number }
  /** Its losers wait for a later chance; false: they end (`outranked`). */
  mayWait: boolean
  /** Several of its candidacies for one person are one message: the best goes, the others are closed as `grouped`. */
  groups: boolean
  /** Template names it sends, without variants. */
  templates: readonly string[]
  /** Its first days reach few people (shop settings winBack.rampUp…). */
  rampsUp: boolean
  /** Off until a merchant says so even in the sandbox, where all others are on. */
  isOptional?: boolean
  /** What is missing before it may be switched on, in words; nothing when it may. */
  findMissing?: (settings: unknown) => { field: string; message: string } | undefined
  /** A value for a setting without a default, found in the shop's own figures, and why, in words; nothing when they say nothing. */
  propose?: (
    sql: Sql,
    shopId: number,
    settings: unknown,
  ) => Promise<{ field: string; value: number; message: string } | undefined>
  /** Which of its candidacies must not go any more, checked right before sending. */
  findStale: (
    sql: Sql,
    candidacies: readonly MessageCandidacyRow[],
    now: Date,
  ) => Promise<ReadonlyMap<number, ReasonCode>>
  /** What each of these messages says, in their order; all are of this kind's one campaign in a shop. */
  compose: (tx: Tx, abouts: readonly Composing[]) => Promise<readonly Composed[]>
  /** Its part of the daily run, beside the win-backs: writes candidacies for a slice of people, returns how many. */
  considerDaily?: (tx: Tx, about: DailyConsideration) => Promise<number>
}

/** A slice of people, by id, for whom a kind may have something. */
export interface DailyConsideration extends Round {
  campaign: PlannedCampaign
  /** Roots with an id after this … */
  afterId: number
  /** … up to this. */
  lastId: number
  now: Date
}
