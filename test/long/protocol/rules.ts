import { decideResult, type CallMade, type ResultDecision } from '../../../src/outbox/decide-result.ts'
import { decideSettlement, type Ledger, type News } from '../../../src/outbox/decide-settlement.ts'
import { countedAtOf } from '../../../src/outbox/purpose.ts'
import { mayGoAgain } from '../../../src/outbox/resolve-uncertain.ts'
import type { SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import type { Row } from './world-state.ts'

/** What the hub does to a row; each is one transaction. Undefined: it does nothing. */
export interface Rules {
  stamp: (row: Row, now: Date, nextCallbackId: string) => Row
  handBack: (row: Row, held: CallMade & { lease: number }) => Row | undefined
  decideResult: (row: Row, call: CallMade, result: SendResult, now: Date) => ResultDecision
  decideSettlement: (row: Ledger, news: News) => Ledger
  /** The lease has run out. */
  recover: (row: Row) => Row | undefined
  /** The grace time of an uncertain message is over. */
  mayGoAgain: (row: Row) => boolean
  resolve: (row: Row, now: Date, mayGoAgain: boolean) => Row | undefined
  /** Whether a status with these ids finds the row. */
  finds: (row: Row, status: { callbackId: string; wamid: string }) => boolean
}

/** The decisions are the product's own; what its SQL does to the row is said again here, and held to it by walk-on-postgres.test.ts. */
export const realRules: Rules = {
  stamp: (row, now, nextCallbackId) => ({
    ...row,
    state: 'sending',
    reason: null,
    startedAt: now,
    lease: row.lease + 1,
    countedAt: countedAtOf({ ...row, state: 'sending', startedAt: now }),
    callbackId: row.failedAt === null ? row.callbackId : nextCallbackId,
    acceptedAt: null,
    wamid: null,
    sentAt: null,
    failedAt: null,
    errorCode: null,
    errorDetails: null,
    messageStatus: null,
  }),
  handBack: (row, { lease }) => (row.state === 'sending' && row.lease === lease ? waitAgain(row) : undefined),
  decideResult,
  decideSettlement,
  recover: (row) => (row.state === 'sending' && row.lease > 0 ? toUncertain(row) : undefined),
  mayGoAgain,
  resolve: (row, now, again) => {
    if (row.state !== 'uncertain') return undefined
    if (again) {
      const attempt = row.attempt + 1
      return { ...row, state: 'waiting', reason: 'sent_again', attempt, dueAt: now, sentAgainAt: now }
    }
    const ended = { ...row, state: 'outcome_unknown' as const, reason: 'outcome_unknown' }
    return { ...ended, countedAt: countedAtOf(ended) }
  },
  finds: (row, { callbackId, wamid }) => row.callbackId === callbackId || row.wamid === wamid,
}

/** It was begun and never called; its lease stays used up. */
export function waitAgain(row: Row): Row {
  const again = { ...row, state: 'waiting' as const, startedAt: null }
  return { ...again, countedAt: countedAtOf(again) }
}

export function toUncertain(row: Row): Row {
  return { ...row, state: 'uncertain', reason: 'unanswered' }
}

/** The message is waiting, and its time is over. */
export function expire(row: Row): Row {
  const ended = { ...row, state: 'expired' as const, reason: 'expired' }
  return { ...ended, countedAt: countedAtOf(ended) }
}
