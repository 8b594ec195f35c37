import type { SendResult } from '../connectors/meta/cloud-api.ts'
import { isDatabaseAway, type Database, type Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { applyNews, type SettleDeps } from './apply-news.ts'
import { decideResult, type CallMade } from './decide-result.ts'
import type { Ledger, News } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { lockLedgers } from './message-store.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { markUncertain } from './uncertain-store.ts'

/** One attempt that was stamped and called, and what came of it. */
export interface CallResult extends CallMade {
  id: number
  shopId: number
  result: SendResult
  /** When the answer was there, by the application's clock. */
  at: Date
}

type Deps = SettleDeps & { db: Database; log: Logger }

/**
 * Writes down what came of requests, many at once. What is known already is never taken back, and doing it twice changes nothing. One that
 * cannot be written down fails alone, and its message is uncertain once its lease has passed; who runs the lane is told.
 */
export async function settleResults(deps: Deps, results: readonly CallResult[], now: Date): Promise<void> {
  const byShop = groupBy(results, (one) => one.shopId)
  await oneAfterAnother(byShop, ([shopId, ofShop]) => settleShop(deps, shopId, ofShop, now))
}

async function settleShop(
  deps: Deps,
  shopId: number,
  results: readonly CallResult[],
  now: Date,
): Promise<void> {
  const settleThese = (these: readonly CallResult[]): Promise<void> =>
    deps.db.transaction((tx) => settle(tx, deps, { shopId, results: these, now }))
  try {
    await settleThese(results)
  } catch (thrown) {
    if (results.length === 1 || isDatabaseAway(thrown)) throw thrown
    deps.log.warn(
      { err: thrown, count: results.length },
      `Answers are written down one by one: ${describeError(thrown)}`,
    )
    await oneAfterAnother(results, (one) => settleThese([one]))
  }
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
