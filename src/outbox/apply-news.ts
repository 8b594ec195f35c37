import { findFailure } from '../connectors/meta/failure-table.ts'
import type { Tx } from '../platform/database.ts'
import { decideSettlement, type Ledger, type News } from './decide-settlement.ts'
import { fixCosts } from './fix-costs.ts'
import { saveLedgers } from './message-store.ts'
import type { MessageChange, OnMessagesChanged } from './message.ts'
import { stopTemplateOfMessage } from './template-store.ts'

export interface SettleDeps {
  onChanged: OnMessagesChanged
  /** Meta says that this person has stopped marketing (error 131050). */
  onMetaStop: (tx: Tx, stop: { shopId: number; personId: number; now: Date }) => Promise<void>
  /** Meta will take nothing more from this number until somebody has looked at it. */
  onNumberStop: (
    tx: Tx,
    stop: { shopId: number; phoneNumberId: number; code: number | null; now: Date },
  ) => Promise<void>
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
  }))
  const changed = settled.filter(({ before, after }) => isDifferent(before, after))
  await saveLedgers(
    tx,
    changed.map(({ after }) => after),
  )
  await fixCosts(tx, changed)
  for (const { before, after } of changed) {
    // Only the first time: what a merchant or a person has undone since must not come back with a late repetition.
    if (before.failedAt === null && after.failedAt !== null) await followFailure(tx, deps, after, now)
  }
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
  return JSON.stringify(before) !== JSON.stringify(after)
}

async function followFailure(tx: Tx, deps: SettleDeps, ledger: Ledger, now: Date): Promise<void> {
  const { shopId, personId, phoneNumberId, errorCode: code } = ledger
  const failure = findFailure(code)
  switch (failure.kind) {
    case 'opt_out':
      return deps.onMetaStop(tx, { shopId, personId, now })
    case 'stop_number':
      return deps.onNumberStop(tx, { shopId, phoneNumberId, code, now })
    case 'stop_template':
      return stopTemplateOfMessage(tx, ledger, { status: failure.status, reason: `error ${code ?? 0}`, now })
    case 'retry':
    case 'wait_a_day':
    case 'never':
      return
  }
}

/** Statuses carry Meta's clock; `at` of a change is ours, when it became known. */
function toChange(ledger: Ledger, now: Date): MessageChange {
  const { id, shopId, personId, purpose, state, reason, errorCode } = ledger
  return { messageId: id, shopId, personId, purpose, state, reason, errorCode, at: now }
}
