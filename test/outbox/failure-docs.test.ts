import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureTable, findFailure } from '../../src/connectors/meta/failure-table.ts'

const rows = readFileSync('docs/error-codes.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (\d|any|none)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('the page names every code with its reason and whether it is tried again', () => {
  const told = rows.map(([, code, , reason, again]) => [code, reason, again === 'never'])
  const table = [
    ...Object.entries(failureTable),
    ['200-299', findFailure(200)] as const,
    ['any other', findFailure(999_999)] as const,
    ['none: nobody answered', findFailure(null)] as const,
  ]
  expect(told).toEqual(
    table.map(([code, { reason, then }]) => [code, `\`${reason}\``, then.kind === 'never']),
  )
})
