import type { Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { Random } from '../platform/random.ts'
import { insertMessages, type NewMessage } from './insert-messages.ts'
import { findByUniqueKey } from './message-store.ts'

/** The lane (platform/lanes.ts) that sendDue works. */
export const sendLane = 'outbox.send'

export interface EnqueueDeps {
  random: Random
  wake: (lane: string) => void
}

export interface MessageToEnqueue extends Omit<NewMessage, 'uniqueKey' | 'dueAt' | 'expiresAt'> {
  uniqueKey?: string
  /** Now, when left out. */
  dueAt?: Date
  expiresAt?: Date
  now: Date
}

/** One message, sent as soon as the transaction has committed. Asking twice with the same unique key answers with the first. */
export async function enqueueMessage(
  tx: Tx,
  deps: EnqueueDeps,
  { now, ...message }: MessageToEnqueue,
): Promise<{ messageId: number; isNew: boolean }> {
  const { uniqueKey = null, dueAt = now, expiresAt = null } = message
  const [inserted] = await insertMessages(tx, deps, [{ ...message, uniqueKey, dueAt, expiresAt }], now)
  if (inserted !== undefined) {
    tx.afterCommit(() => deps.wake(sendLane))
    return { messageId: inserted, isNew: true }
  }
  const existing = uniqueKey === null ? undefined : await findByUniqueKey(tx, message.shopId, uniqueKey)
  if (existing === undefined) throw new HubError('message_missing', 'A message was neither made nor found.')
  return { messageId: existing, isNew: false }
}
