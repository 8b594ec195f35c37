import { findFailure } from '../connectors/meta/failure-table.ts'
import { forgetRefusals } from '../people/unreachable-store.ts'
import type { Tx } from '../platform/database.ts'
import { decideOutcomes, hasNewFailure, type MessageOutcome } from './decide-outcomes.ts'
import { decideSettlement, type Ledger, type News } from './decide-settlement.ts'
import { listNewCosts } from './new-costs.ts'
import { followFailures, type FailureDeps } from './follow-failures.ts'
import { saveLedgers } from './message-store.ts'
import { listIdentitiesSentTo } from './sent-identity-store.ts'
import { settleSpend } from './settle-spend.ts'
import type { MessageChange, OnMessagesChanged } from './message.ts'

export interface SettleDeps extends FailureDeps {
  onChanged: OnMessagesChanged
  /** Meta took these, but looks at how people take their template before it sends them on. */
  onTemplateHeld?: (tx: Tx, messages: HeldMessage[], now: Date) => Promise<void>
  /** What was held back has gone on: by their ids. */
  onTemplateReleased?: (tx: Tx, messageIds: number[], now: Date) => Promise<void>
  /** For what watches campaigns. */
  onOutcomes?: (tx: Tx, outcomes: MessageOutcome[], now: Date) => Promise<void>
}

export interface HeldMessage {
  messageId: number
  shopId: number
  phoneNumberId: number
  /** 'held_for_quality_assessment' or 'paused'. */
  messageStatus: string
}

interface Settled {
  before: Ledger
  after: Ledger
  news: readonly News[]
}

/** Writes what was learned about messages that the caller has locked, does what follows from it, and tells of every new state. */
export async function applyNews(
  tx: Tx,
  deps: SettleDeps,
  learned: readonly { before: Ledger; news: readonly News[] }[],
  now: Date,
): Promise<void> {
  const settled = learned.map(({ before, news }) => ({
    before,
    after: news.reduce(decideSettlement, before),
    news,
  }))
  const changed = settled.filter(({ before, after }) => isDifferent(before, after))
  if (changed.length === 0) return
  await saveLedgers(
    tx,
    changed.map(({ after }) => after),
    await listNewCosts(tx, changed),
  )
  await follow(tx, deps, changed, now)
  const moved = changed.filter(
    ({ before, after }) => before.state !== after.state || before.reason !== after.reason,
  )
  if (moved.length > 0)
    await deps.onChanged(
      tx,
      moved.map(({ after }) => toChange(after, now)),
      now,
    )
}

function isDifferent(before: Ledger, after: Ledger): boolean {
  const keys = Object.keys(after) as (keyof Ledger)[]
  return keys.some((key) => valueOf(before[key]) !== valueOf(after[key]))
}

function valueOf(value: Ledger[keyof Ledger]): unknown {
  return value instanceof Date ? value.getTime() : value
}

async function follow(tx: Tx, deps: SettleDeps, changed: readonly Settled[], now: Date): Promise<void> {
  // Only the first time: what a merchant or a person has undone since must not come back with a late repetition.
  const failed = changed.filter(({ before, after }) => hasNewFailure(before, after))
  if (failed.length > 0) await followFailures(tx, deps, failed.map(toFailed), now)
  const held = changed.filter(({ before, after }) => isHeld(after) && !isHeld(before))
  if (held.length > 0) await deps.onTemplateHeld?.(tx, held.map(toHeld), now)
  const released = changed.filter(
    ({ before, after }) => isHeld(after) && !isOnItsWay(before) && isOnItsWay(after),
  )
  if (released.length > 0)
    await deps.onTemplateReleased?.(
      tx,
      released.map(({ after }) => after.id),
      now,
    )
  await noteReached(tx, changed)
  const outcomes = changed.flatMap(({ before, after }) => decideOutcomes(before, after))
  if (outcomes.length > 0) await deps.onOutcomes?.(tx, outcomes, now)
  // After the campaigns' rows, so that rows are locked in one order.
  await settleSpend(tx, changed, now)
}

/** Addresses at which something has arrived can be reached. */
async function noteReached(tx: Tx, changed: readonly Settled[]): Promise<void> {
  const arrived = changed.filter(({ before, after }) => !isThere(before) && isThere(after))
  if (arrived.length === 0) return
  const ids = arrived.map(({ after }) => after.id)
  const refused = await listIdentitiesSentTo(tx, ids, { refused: true })
  if (refused.length > 0) await forgetRefusals(tx, refused)
}

function isThere({ deliveredAt, readAt }: Ledger): boolean {
  return deliveredAt !== null || readAt !== null
}

function toFailed({ after, news }: Settled) {
  const waits = news.flatMap(({ failure }) => failure?.waitSeconds ?? [])
  const failure = findFailure(after.errorCode, after.endpoint ?? undefined)
  return { ledger: after, failure, waitSeconds: waits.length === 0 ? undefined : Math.max(...waits) }
}

function isHeld({ messageStatus }: Ledger): boolean {
  return messageStatus === 'held_for_quality_assessment' || messageStatus === 'paused'
}

function isOnItsWay({ sentAt, deliveredAt, readAt }: Ledger): boolean {
  return sentAt !== null || deliveredAt !== null || readAt !== null
}

function toHeld({ after }: Settled): HeldMessage {
  const { id: messageId, shopId, phoneNumberId, messageStatus } = after
  return { messageId, shopId, phoneNumberId, messageStatus: messageStatus ?? '' }
}

/** Statuses carry Meta's clock; `at` of a change is ours, when it became known. */
function toChange(ledger: Ledger, now: Date): MessageChange {
  const { id, shopId, personId, purpose, state, reason, errorCode } = ledger
  return { messageId: id, shopId, personId, purpose, state, reason, errorCode, at: now }
}
