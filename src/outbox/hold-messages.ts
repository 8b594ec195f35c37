import type { Tx } from '../platform/database.ts'
import type { ClaimedRow } from './claim-store.ts'
import { moveMessages } from './message-store.ts'
import type { MessageState, OnMessagesChanged } from './message.ts'
import { countedAtOf } from './purpose.ts'
import type { Held } from './render-batch.ts'

/** Writes down why claimed messages do not go now, or not at all. */
export async function holdMessages(
  tx: Tx,
  deps: { onChanged: OnMessagesChanged },
  messages: readonly { row: ClaimedRow; held: Held }[],
  now: Date,
): Promise<void> {
  if (messages.length === 0) return
  const moves = messages.map(({ row, held }) => {
    const state = stateOf(held)
    const until = held.kind === 'defer' ? lookAgainMs(held.until, row.expiresAt, now) : undefined
    const dueAt = until === undefined ? row.dueAt : new Date(until)
    const countedAt = countedAtOf({ ...row, state, dueAt, startedAt: null })
    return { row, id: row.id, state, reason: held.reason, dueAt, countedAt }
  })
  await moveMessages(tx, moves)
  const changes = moves.map(({ row, state, reason }) => {
    const { id, shopId, personId, purpose } = row
    return { messageId: id, shopId, personId, purpose, state, reason, errorCode: null, at: now }
  })
  await deps.onChanged(tx, changes, now)
}

/** What ends before it could go is looked at when it ends. A check that names a time gone by would be asked again at once, for ever. */
function lookAgainMs(until: Date, expiresAt: Date | null, now: Date): number {
  const soonestMs = now.getTime() + 1000
  return Math.max(Math.min(until.getTime(), expiresAt?.getTime() ?? Infinity), soonestMs)
}

function stateOf(held: Held): MessageState {
  switch (held.kind) {
    case 'defer':
      return 'waiting'
    case 'suppress':
      return 'suppressed'
    case 'expire':
      return 'expired'
  }
}
