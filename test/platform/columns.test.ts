import { expect, test } from 'vitest'
import { constantOr, nothingOr } from '../../src/platform/columns.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createTestDatabase } from '../support/database.ts'

test('what is the same in all rows is sent once, what no row has not at all', () => {
  expect(constantOr([7, 7, 7])).toEqual([7])
  expect(constantOr([7, 8])).toEqual([7, 8])
  expect(constantOr([])).toEqual([])
  expect(nothingOr([null, null])).toEqual([])
  expect(nothingOr([null, 'a'])).toEqual([null, 'a'])
})

test('the database fills what was left out', async () => {
  await using db = await createTestDatabase()
  const rows = await db.query(
    `select id, coalesce(kind, ($2::text[])[1]) as kind, note from unnest($1::bigint[], $2::text[], $3::text[]) u(id, kind, note)`,
    [[1, 2, 3], constantOr(['a', 'a', 'a']), nothingOr([null, null, null])],
  )
  expect(rows).toEqual([1, 2, 3].map((id) => ({ id, kind: 'a', note: null })))
})

test('tokens are as long as asked for, and none comes twice', () => {
  const tokens = Array.from({ length: 5_000 }, (_, at) => systemRandom.token(12 + (at % 20)))
  expect(new Set(tokens).size).toBe(tokens.length)
  expect(tokens.every((token, at) => token.length === Math.ceil(((12 + (at % 20)) * 4) / 3))).toBe(true)
  expect(systemRandom.token(10_000)).toHaveLength(Math.ceil(40_000 / 3))
})
