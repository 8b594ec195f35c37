import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addWords, standingOf, type AccountWord, type AccountWords } from '../../src/shops/account-words.ts'
import {
  endHold,
  followStanding,
  freeHold,
  noEnd,
  type NumberHold,
} from '../../src/shops/decide-number-hold.ts'

const now = new Date('2026-03-02T12:00:00Z')
const hour = 3_600_000
const at = (hours: number): Date => new Date(now.getTime() + hours * hour)
const begin = 'restriction:RESTRICTED_BIZ_INITIATED_MESSAGING'
const answer = 'restriction:RESTRICTED_CUSTOMER_INITIATED_MESSAGING'

interface Known {
  words: AccountWords
  hold: NumberHold
}

/** A number whose account hears these, one webhook after the other. */
function hears(said: readonly AccountWord[][], hold: NumberHold = freeHold): Known {
  return said.reduce<Known>(
    (known, update) => {
      const words = addWords(known.words, update)
      const [before, after] = [standingOf(known.words, now), standingOf(words, now)]
      return { words, hold: followStanding(known.hold, before, after) }
    },
    { words: {}, hold },
  )
}

const disabled = { ...freeHold, state: 'stopped' as const, stateReason: 'account_disabled' }
const stopped = (reason: string): NumberHold => ({ ...freeHold, state: 'stopped', stateReason: reason })

describe('the later word counts', () => {
  test('also when it comes first: a ban that was lifted stays lifted', () => {
    const ban = [{ matter: 'disabled', at: at(-2) }]
    const lifted = [{ matter: 'reinstated', at: at(-1) }]
    expect(hears([ban]).hold).toEqual(disabled)
    expect(hears([ban, lifted]).hold).toEqual(freeHold)
    expect(hears([lifted, ban]).hold).toEqual(freeHold)
  })

  test('a ban after the other holds', () => {
    const ban = [{ matter: 'disabled', at: at(-1) }]
    const lifted = [{ matter: 'reinstated', at: at(-2) }]
    expect(hears([ban, lifted]).hold).toEqual(disabled)
    expect(hears([lifted, ban]).hold).toEqual(disabled)
  })

  test('of one second’s words the one that stops more', () => {
    const ban = [{ matter: 'disabled', at: now }]
    const lifted = [{ matter: 'reinstated', at: now }]
    expect(hears([ban, lifted]).hold).toEqual(disabled)
    const ends = [at(1), null].map((until) => [{ matter: begin, at: now, until }])
    expect(hears(ends).hold.restrictedUntil).toEqual(noEnd)
    expect(hears(ends.toReversed()).hold.restrictedUntil).toEqual(noEnd)
  })

  test('a ban that is done is no longer to come', () => {
    const coming = [{ matter: 'to_be_disabled', at: at(-2), text: 'March 9, 2026' }]
    const ban = [{ matter: 'disabled', at: at(-1) }]
    for (const said of [
      [coming, ban],
      [ban, coming],
    ])
      expect(standingOf(hears(said).words, now)).toMatchObject({ banToCome: null })
    expect(standingOf(hears([coming]).words, now).banToCome).toMatchObject({ date: 'March 9, 2026' })
  })

  test('in whatever order they come, and however often', () => {
    const hours = fc.integer({ min: -6, max: 0 })
    const word = fc.oneof(
      fc.record({
        matter: fc.constantFrom(
          'reinstated',
          'disabled',
          'deleted',
          'to_be_disabled',
          'offboarded',
          'reconnected',
        ),
        at: hours.map(at),
      }),
      fc.record({
        matter: fc.constantFrom(begin, answer, 'restriction:RESTRICTED_ADD_PHONE_NUMBER_ACTION'),
        at: hours.map(at),
        until: fc.option(fc.integer({ min: -3, max: 9 }).map(at)),
      }),
      fc.record({
        matter: fc.constant('review'),
        at: hours.map(at),
        text: fc.constantFrom('APPROVED', 'REJECTED'),
      }),
    )
    const updates = fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
    const shuffled = updates.chain((said) =>
      fc.tuple(
        fc.constant(said),
        fc.shuffledSubarray([...said, ...said], { minLength: said.length * 2, maxLength: said.length * 2 }),
      ),
    )
    const held = fc.constantFrom(freeHold, stopped('error_190'))
    fc.assert(
      fc.property(shuffled, held, ([said, other], hold) => {
        const [one, two] = [hears(said, hold), hears(other, hold)]
        expect(standingOf(two.words, now)).toEqual(standingOf(one.words, now))
        expect(two.hold).toEqual(one.hold)
      }),
      { numRuns: 500 },
    )
  })
})

describe('two restrictions with different ends', () => {
  const both = [
    [{ matter: begin, at: now, until: at(7 * 24) }],
    [{ matter: answer, at: now, until: at(3 * 24) }],
  ]

  test.each([
    ['told together', [both.flat()]],
    ['one after the other', both],
    ['the other way round', both.toReversed()],
  ])('end each for itself, %s', (_, said) => {
    const { hold } = hears(said)
    expect(hold).toMatchObject({
      state: 'stopped',
      stateReason: 'account_restricted',
      restrictedUntil: at(7 * 24),
      stoppedUntil: at(3 * 24),
    })
    expect(endHold(hold, at(3 * 24 - 1))).toEqual(hold)
    const answers = endHold(hold, at(3 * 24))
    expect(answers).toEqual({
      ...freeHold,
      restrictedUntil: at(7 * 24),
      restriction: 'RESTRICTED_BIZ_INITIATED_MESSAGING',
    })
    expect(endHold(answers, at(7 * 24))).toEqual(freeHold)
  })
})

describe('a restriction’s end', () => {
  const restricted = { restrictedUntil: at(1), restriction: 'RESTRICTED_BIZ_INITIATED_MESSAGING' }

  test.each([['error_368'], ['error_131031']])(
    'lets a number go on that a send had stopped by %s',
    (reason) => {
      const met = stopped(reason)
      expect(endHold({ ...met, ...restricted }, at(1))).toEqual(freeHold)
      // The webhook that says why comes after it.
      const { hold } = hears([[{ matter: answer, at: now, until: at(1) }]], met)
      expect(hold).toMatchObject({ stateReason: 'account_restricted', stoppedUntil: at(1) })
      expect(endHold(hold, at(1))).toEqual(freeHold)
    },
  )

  test.each([['error_131042'], ['account_disabled'], ['account_deleted']])(
    'does not start a number that is stopped by %s',
    (reason) => {
      expect(endHold({ ...stopped(reason), ...restricted }, at(1))).toEqual(stopped(reason))
    },
  )

  test('does not end a ban that came while it lasted', () => {
    const restriction = [{ matter: answer, at: at(-1), until: at(1) }]
    const ban = [{ matter: 'disabled', at: now }]
    expect(endHold(hears([restriction, ban]).hold, at(1))).toEqual(disabled)
    expect(endHold(hears([ban, restriction]).hold, at(1))).toEqual(disabled)
  })

  test('that Meta does not name never comes by itself', () => {
    const { hold } = hears([
      [
        { matter: begin, at: now, until: null },
        { matter: answer, at: now, until: null },
      ],
    ])
    expect(hold).toMatchObject({ state: 'stopped', stoppedUntil: null, restrictedUntil: noEnd })
    expect(endHold(hold, at(1e6))).toEqual(hold)
    expect(hears([[{ matter: 'reinstated', at: at(1) }]], hold).hold).toEqual(freeHold)
  })
})

test('what somebody has started stays started until Meta says something new', () => {
  const restriction = { matter: begin, at: now, until: at(5) }
  const words = addWords({}, [restriction])
  const follow = (said: AccountWord): NumberHold =>
    followStanding(freeHold, standingOf(words, now), standingOf(addWords(words, [said]), now))
  expect(follow(restriction)).toEqual(freeHold)
  expect(follow({ matter: 'review', at: at(1), text: 'APPROVED' })).toEqual(freeHold)
  expect(follow({ ...restriction, at: at(1) })).toMatchObject({ restrictedUntil: at(5) })
})
