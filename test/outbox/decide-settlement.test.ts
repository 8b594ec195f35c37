import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureTable, findFailure } from '../../src/connectors/meta/failure-table.ts'
import { decideOutcomes } from '../../src/outbox/decide-outcomes.ts'
import { decideSettlement, retryWaitMs, type Ledger } from '../../src/outbox/decide-settlement.ts'
import { begunLedger, dueAt as start } from '../long/protocol/ledger.ts'

const dayMs = 86_400_000
const codes = [...Object.keys(failureTable).map(Number), 200, 999_999]

function sending(over: Partial<Ledger> = {}): Ledger {
  return { ...begunLedger('campaign'), countedAt: start, ...over }
}

const fails = (before: Ledger, code: number | null, at = start): Ledger =>
  decideSettlement(before, { failure: { at, code, details: null } })

/** Every wait until it ended, when each attempt fails with the same code; at most so many. */
function waitsOf(code: number | null, most = 120): number[] {
  const waits: number[] = []
  let ledger = sending()
  while (waits.length < most) {
    const failed = fails(ledger, code)
    if (failed.state !== 'waiting') break
    waits.push(failed.dueAt.getTime() - start.getTime())
    ledger = sending({ attempt: failed.attempt })
  }
  return waits
}

describe('a message that fails again and again', () => {
  test.each(codes)('with %i ends, unless it waits for a person', (code) => {
    const waits = waitsOf(code)
    if (findFailure(code).then.kind === 'when_started') expect(waits).toHaveLength(120)
    else expect(waits.length).toBeLessThan(30)
    const grows = waits.every((wait, nth) => nth === 0 || wait >= waits[nth - 1]!)
    expect(grows).toBe(true)
  })

  test('with trouble at Meta is tried after 10, 30, 90, 270 s', () => {
    expect(waitsOf(131016).map((wait) => Math.floor(wait / 1000))).toEqual([10, 30, 90, 270])
  })

  test('with one person’s limit is tried after 1, 4, 16, … s', () => {
    expect(waitsOf(131056).map((wait) => Math.floor(wait / 1000))).toEqual([1, 4, 16, 64, 256, 1024])
  })

  test('with too high a pace goes on for hours, never more than a quarter of an hour apart', () => {
    const seconds = waitsOf(130429).map((wait) => Math.floor(wait / 1000))
    expect(seconds.slice(0, 5)).toEqual([5, 15, 45, 135, 405])
    expect(Math.max(...seconds)).toBe(900)
    expect(seconds.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3 * 3_600)
  })

  test('with a person’s limit of marketing is never tried within a day', () => {
    const waits = waitsOf(131049)
    expect(waits.length).toBeGreaterThan(0)
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(dayMs)
  })
})

test.each(codes)('what would come after the message is too old (%i) ends at once', (code) => {
  const ended = fails(sending({ expiresAt: new Date(start.getTime() + 100) }), code)
  expect(ended.state).toBe('failed')
  expect(ended.reason).toBe(findFailure(code).reason)
})

test('a message that waits for its next attempt counts at that time, one that has ended not at all', () => {
  const waiting = fails(sending(), 131049)
  expect(waiting.countedAt).toEqual(waiting.dueAt)
  expect(fails(sending(), 131026).countedAt).toBeNull()
})

test('failures in any order and number leave the same message', () => {
  const failure = fc.record({
    code: fc.constantFrom(...codes, null),
    at: fc.nat(100).map((seconds) => new Date(start.getTime() + seconds * 1000)),
  })
  const stories = fc
    .uniqueArray(failure, { minLength: 1, maxLength: 5, selector: ({ at }) => at.getTime() })
    .chain((told) =>
      fc.tuple(fc.constant(told), fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 })),
    )
  const end = (told: readonly { code: number | null; at: Date }[]): Partial<Ledger> => {
    const { dueAt, ...ended } = told.reduce((ledger, { code, at }) => fails(ledger, code, at), sending())
    // Of a message that has ended the time means nothing.
    return ended.state === 'waiting' ? { ...ended, dueAt } : ended
  }
  fc.assert(
    fc.property(stories, ([told, shuffled]) => {
      expect(end(shuffled)).toEqual(end(told))
    }),
  )
})

test('the endpoint decides what 131009 means, whenever it is told', () => {
  expect(fails(sending({ endpoint: 'marketing_messages' }), 131009)).toMatchObject({
    state: 'waiting',
    reason: 'template_syncing',
  })
  expect(fails(sending(), 131009)).toMatchObject({ state: 'failed', reason: 'parameters_invalid' })
})

test('what Meta said when it took a message is kept', () => {
  const held = decideSettlement(sending(), {
    acceptedAt: start,
    messageStatus: 'held_for_quality_assessment',
  })
  expect(held.messageStatus).toBe('held_for_quality_assessment')
  expect(decideSettlement(held, { messageStatus: 'accepted' }).messageStatus).toBe(
    'held_for_quality_assessment',
  )
})

test.each(codes)('of a failure (%i) guards learn once', (code) => {
  const before = sending()
  const once = fails(before, code)
  const kinds = decideOutcomes(before, once).map(({ kind }) => kind)
  expect(kinds.includes('failed')).toBe(once.state === 'failed')
  expect(decideOutcomes(once, fails(once, code))).toEqual([])
})

test('no wait is longer than a day', () => {
  for (const code of [...codes, null]) {
    const { then } = findFailure(code)
    for (let attempt = 1; attempt < 200; attempt++)
      expect(retryWaitMs(then, attempt) ?? 0).toBeLessThanOrEqual(dayMs)
  }
})
