import { expect, test } from 'vitest'
import { findFailure } from '../../../src/connectors/meta/failure-table.ts'

const kindOf = (code: number | null): string => findFailure(code).kind

test.each([
  ['is tried again', 'retry', [null, 1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004, 134101, 2494100]],
  ['waits a day', 'wait_a_day', [131049]],
  ['is never tried again', 'never', [33, 100, 130403, 130472, 130497, 131008, 131009, 131021, 131026, 131047, 131051, 131052,
    131053, 131062, 131063, 132000, 132005, 132007, 132012, 132018, 132068, 134100, 134102, 135000]],
  ['stops its template', 'stop_template', [132001, 132015, 132016]],
  ['stops its number', 'stop_number', [0, 3, 10, 104, 190, 200, 210, 299, 368, 131005, 131031, 131037, 131042, 131045, 131048, 131064, 133010]],
  ['is an opt-out', 'opt_out', [131050]],
  ['is conservative where the code is not known', 'never', [-1, 5, 300, 199, 999999]],
])('a failure %s', (_, kind, codes) => {
  expect(codes.map((code) => [code, kindOf(code)])).toEqual(codes.map((code) => [code, kind]))
}) // prettier-ignore

test('one person’s limit clears as Meta says: after 1, 4, 16 seconds', () => {
  expect(findFailure(131056)).toMatchObject({ firstSeconds: 1, factor: 4 })
})
