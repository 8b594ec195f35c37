import type { SendResult } from '../connectors/meta/cloud-api.ts'
import type { Database } from '../platform/database.ts'
import { applyNews, type SettleDeps } from './apply-news.ts'
import type { Ledger } from './decide-settlement.ts'
import { lockLedger, markUncertain } from './message-store.ts'

/** One attempt that was stamped and called. */
export interface Attempt {
  id: number
  shopId: number
  attempt: number
}

/**
 * Writes down what came of a request. A status may have told more in the meantime, or the message may have been given up as
 * uncertain: what is known already is never taken back. Doing it twice changes nothing.
 */
export async function settleResult(
  deps: SettleDeps & { db: Database },
  { id, shopId, attempt }: Attempt,
  result: SendResult,
  now: Date,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const before = await lockLedger(tx, shopId, id)
    if (before === undefined) return
    const isThisAttempt = before.attempt === attempt
    switch (result.kind) {
      case 'accepted':
        // An answer to an earlier attempt says nothing about one that is under way.
        if (before.state === 'sending' && !isThisAttempt) return
        return applyNews(tx, deps, [{ before, news: [{ acceptedAt: now, wamid: result.wamid }] }], now)
      case 'refused': {
        if (!isThisAttempt || !isOpen(before)) return
        const failure = { at: now, code: result.code, details: result.details.replaceAll('\0', '') }
        return applyNews(tx, deps, [{ before, news: [{ failure }] }], now)
      }
      case 'unknown':
        if (!isThisAttempt || before.state !== 'sending') return
        await markUncertain(tx, id, now)
        return deps.onChanged(tx, [{ ...toUncertain(before), at: now }], now)
    }
  })
}

function isOpen(ledger: Ledger): boolean {
  return ledger.state === 'sending' || ledger.state === 'uncertain'
}

function toUncertain({ id, shopId, personId, purpose, errorCode }: Ledger) {
  return { messageId: id, shopId, personId, purpose, state: 'uncertain' as const, reason: null, errorCode }
}
