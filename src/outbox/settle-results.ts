import type { SendResult } from '../connectors/meta/cloud-api.ts'
import type { Database, Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { applyNews, type SettleDeps } from './apply-news.ts'
import { decideResult, type CallMade } from './decide-result.ts'
import type { Ledger, News } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { lockLedgers, markUncertain } from './message-store.ts'

/** One attempt that was stamped and called, and what came of it. */
export interface CallResult extends CallMade {
  id: number
  shopId: number
  result: SendResult
  /** When the answer was there, by the application's clock. */
  at: Date
}

/**
 * Writes down what came of requests, many at once. What is known already is never taken back, and doing it twice changes nothing. One that
 * cannot be written down fails alone, and its message is uncertain once its lease has passed; who runs the lane is told.
 */
export async function settleResults(
  deps: SettleDeps & { db: Database; log: Logger },
  results: readonly CallResult[],
  now: Date,
): Promise<void> {
  for (const [shopId, ofShop] of groupBy(results, (one) => one.shopId)) {
    try {
      await deps.db.transaction((tx) => settle(tx, deps, { shopId, results: ofShop, now }))
    } catch (thrown) {
      if (ofShop.length === 1) throw thrown
      deps.log.warn(
        { err: thrown, count: ofShop.length },
        `Answers are written down one by one: ${describeError(thrown)}`,
      )
      await settleOneByOne(deps, shopId, ofShop, now)
    }
  }
}

async function settleOneByOne(
  deps: SettleDeps & { db: Database; log: Logger },
  shopId: number,
  results: readonly CallResult[],
  now: Date,
): Promise<void> {
  let failure: Error | undefined
  for (const one of results) {
    await deps.db
      .transaction((tx) => settle(tx, deps, { shopId, results: [one], now }))
      .catch((thrown: unknown) => {
        failure = thrown instanceof Error ? thrown : new Error(describeError(thrown))
      })
  }
  if (failure !== undefined) throw failure
}

async function settle(
  tx: Tx,
  deps: SettleDeps,
  about: { shopId: number; results: readonly CallResult[]; now: Date },
): Promise<void> {
  const { shopId, results, now } = about
  const ledgers = await lockLedgers(
    tx,
    shopId,
    results.map(({ id }) => id),
  )
  const byId = new Map(ledgers.map((ledger) => [ledger.id, ledger]))
  const learned: { before: Ledger; news: News[] }[] = []
  const uncertain: Ledger[] = []
  for (const one of results) {
    const found = byId.get(one.id)
    if (found === undefined) continue
    const { callbackId, ...before } = found
    const decision = decideResult({ ...before, callbackId }, one, one.result, one.at)
    if (decision.kind === 'news') learned.push({ before, news: [decision.news] })
    if (decision.kind === 'uncertain') uncertain.push(before)
  }
  await applyNews(tx, deps, learned, now)
  if (uncertain.length === 0) return
  await markUncertain(
    tx,
    uncertain.map(({ id }) => id),
    now,
  )
  await deps.onChanged(
    tx,
    uncertain.map((ledger) => ({ ...toUncertain(ledger), at: now })),
    now,
  )
}

function toUncertain({ id, shopId, personId, purpose, errorCode }: Ledger) {
  const state = 'uncertain' as const
  return { messageId: id, shopId, personId, purpose, state, reason: 'unanswered', errorCode }
}
