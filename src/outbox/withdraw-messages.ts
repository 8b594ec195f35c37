import type { Tx } from '../platform/database.ts'
import { endWaitingRows } from './message-store.ts'

/**
 * Takes back messages that the caller holds and that nobody has begun to send. Nobody is told: the caller says itself what becomes of
 * what they stood for. Returns how many ended.
 */
export function withdrawMessages(tx: Tx, messageIds: readonly number[], reason: string): Promise<number> {
  return messageIds.length === 0 ? Promise.resolve(0) : endWaitingRows(tx, messageIds, reason)
}
