import { expect, test } from 'vitest'
import type { SendResult } from '../../src/connectors/meta/cloud-api.ts'
import { decideResult } from '../../src/outbox/decide-result.ts'
import type { Ledger } from '../../src/outbox/decide-settlement.ts'
import type { MessageState } from '../../src/outbox/message.ts'
import { begunLedger } from '../long/protocol/ledger.ts'

const now = new Date('2026-03-02T12:00:00Z')
const call = { attempt: 1, callbackId: 'first' }

const accepted = { kind: 'accepted', wamid: 'wamid.1' } as SendResult
const refused = { kind: 'refused', code: 131026, details: 'not on\0 WhatsApp' } as const
const unknown = { kind: 'unknown', reason: 'timed out' } as const

function decide(over: Partial<Ledger & { callbackId: string }>, result: SendResult) {
  return decideResult({ ...begunLedger('campaign'), callbackId: 'first', ...over }, call, result, now)
}

test('an answer to the attempt under way is news, and one that never came leaves it uncertain', () => {
  expect(decide({}, accepted)).toMatchObject({ kind: 'news', news: { acceptedAt: now, wamid: 'wamid.1' } })
  expect(decide({}, refused)).toEqual({
    kind: 'news',
    news: { failure: { at: now, code: 131026, details: 'not on WhatsApp' } },
  })
  expect(decide({}, unknown)).toEqual({ kind: 'uncertain' })
})

const known: MessageState[] = ['accepted', 'sent', 'delivered', 'read', 'failed', 'suppressed', 'expired']

test.each(known)('what is known already (%s) is not taken back by a refusal or by silence', (state) => {
  expect(decide({ state }, refused)).toEqual({ kind: 'ignore' })
  expect(decide({ state }, unknown)).toEqual({ kind: 'ignore' })
})

test.each(['uncertain', 'outcome_unknown'] as const)(
  'a late answer tells what nobody knew (%s); late silence tells nothing',
  (state) => {
    expect(decide({ state }, accepted)).toMatchObject({ kind: 'news' })
    expect(decide({ state }, refused)).toMatchObject({ kind: 'news' })
    expect(decide({ state }, unknown)).toEqual({ kind: 'ignore' })
  },
)

test('a refusal or silence of an earlier attempt says nothing about a later one', () => {
  for (const state of ['waiting', 'sending', 'uncertain', 'outcome_unknown'] as const) {
    expect(decide({ state, attempt: 2 }, refused)).toEqual({ kind: 'ignore' })
    expect(decide({ state, attempt: 2 }, unknown)).toEqual({ kind: 'ignore' })
  }
})

test('that an attempt was taken counts as long as the message still travels with its id and no other attempt is under way', () => {
  expect(decide({ state: 'waiting', attempt: 2 }, accepted)).toMatchObject({ kind: 'news' })
  expect(decide({ state: 'uncertain', attempt: 2 }, accepted)).toMatchObject({ kind: 'news' })
  expect(decide({ state: 'sending', attempt: 2 }, accepted)).toEqual({ kind: 'ignore' })
  expect(decide({ state: 'uncertain', attempt: 2, callbackId: 'second' }, accepted)).toEqual({
    kind: 'ignore',
  })
})
