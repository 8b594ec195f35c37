import { expect, test } from 'vitest'
import {
  codeless,
  failureTable,
  findFailure,
  speaksAgainstCampaign,
} from '../../../src/connectors/meta/failure-table.ts'

const codesOf = (which: (code: number) => boolean): number[] =>
  Object.keys(failureTable).map(Number).filter(which)
const thenOf = (code: number | null): string => findFailure(code).then.kind
const effectOf = (code: number): string | undefined => findFailure(code).effect?.kind

test.each([
  ['tried again', 'retry', [1, 2, 4, 80007, 130429, 131000, 131016, 131049, 131053, 131056, 131057, 131062, 132001, 132015, 132016,
    132069, 133004, 134101, 2494100]],
  ['never tried again', 'never', [33, 100, 130403, 130472, 130497, 131008, 131009, 131021, 131026, 131047, 131050, 131051, 131052,
    131063, 132000, 132005, 132007, 132012, 132018, 132068, 134100, 134102, 135000]],
  ['tried again when somebody has looked', 'when_started', [0, 3, 10, 104, 190, 368, 131005, 131031, 131037, 131042, 131045, 131048,
    131064, 133010]],
])('a message is %s with these codes, and no others', (_, kind, codes) => {
  const byNumber = (one: number, other: number): number => one - other
  expect(codesOf((code) => thenOf(code) === kind).sort(byNumber)).toEqual(codes.toSorted(byNumber))
}) // prettier-ignore

test.each([
  ['opt_out', [131050]],
  ['count_refusal', [131026]],
  ['hold_person', [131056]],
  ['slow_number', [130429]],
  ['pause', [4, 80007, 131057, 2494100]],
  ['stop_template', [132001, 132015, 132016]],
  ['restrict_country', [130497]],
])('what says more than this message: %s', (kind, codes) => {
  expect(new Set(codesOf((code) => effectOf(code) === kind))).toEqual(new Set(codes))
})

test.each([
  ['number', [131037, 131045, 131048, 133010]],
  ['account', [368, 131031, 131042, 131064]],
  ['shop', [0, 3, 10, 104, 190, 131005]],
])('what stops %s until somebody has looked', (scope, codes) => {
  const found = codesOf((code) => {
    const { effect } = findFailure(code)
    return effect?.kind === 'stop' && effect.scope === scope
  })
  expect(new Set(found)).toEqual(new Set(codes))
})

test('all of 200 to 299 are permissions that are missing', () => {
  for (let code = 200; code <= 299; code++) {
    expect(findFailure(code)).toMatchObject({ reason: 'permission_missing', effect: { scope: 'shop' } })
  }
})

test.each([5, 199, 300, 999_999, -2])('the unknown code %i is never tried again, and reported', (code) => {
  expect(findFailure(code)).toMatchObject({
    reason: 'unknown_error_code',
    then: { kind: 'never' },
    effect: { kind: 'report' },
  })
})

test('a failure without a code is final, and nothing to report; where nobody answered, it is tried for a day', () => {
  expect(findFailure(codeless)).toMatchObject({ reason: 'refused', then: { kind: 'never' } })
  const { then, effect } = findFailure(null)
  expect(effect).toBeUndefined()
  if (then.kind !== 'retry') throw new Error('not tried again')
  const seconds = Array.from({ length: then.attempts - 1 }, (_, nth) =>
    Math.min(then.firstSeconds * then.factor ** nth, then.atMostSeconds),
  )
  expect(seconds.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(86_400)
})

test('one person’s limit clears as Meta says: after 1, 4, 16 seconds', () => {
  expect(findFailure(131056).then).toMatchObject({ firstSeconds: 1, factor: 4 })
})

test('what the Marketing Messages endpoint cannot read yet is tried again after ten minutes', () => {
  expect(findFailure(131009, 'marketing_messages')).toMatchObject({
    then: { kind: 'retry', firstSeconds: 600 },
  })
  expect(findFailure(131009, 'messages')).toMatchObject({ then: { kind: 'never' } })
})

test('a day is never cut short', () => {
  expect(findFailure(131049).then).toMatchObject({ firstSeconds: 86_400, factor: 1 })
})

test('against a campaign speak its people, its content and its template, and not the moment or the account', () => {
  const against = [131026, 131050, 131047, 132000, 132001, 132015, 132016, 130403, 131021, 999_999]
  const not = [1, 4, 190, 368, 130429, 130472, 130497, 131042, 131048, 131049, 131056, 131057, 134101]
  expect(against.filter((code) => speaksAgainstCampaign(findFailure(code)))).toEqual(against)
  expect(not.filter((code) => speaksAgainstCampaign(findFailure(code)))).toEqual([])
})
