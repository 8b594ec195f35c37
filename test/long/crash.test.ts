import { expect, test } from 'vitest'
import { killUnderLoad } from '../../bench/crash/kill-under-load.ts'

// A short form of `npm run bench -- crash`.

test('killed four times under load, with a tenth of the statuses lost: nothing is lost, nothing goes twice', async () => {
  const told = await killUnderLoad({ kills: 4, messages: 4_000, perSecond: 200, droppedBps: 1_000 })
  process.stdout.write(`crash test: ${JSON.stringify(told)}\n`)
  expect(told).toMatchObject({ lost: 0, twice: 0 })
  expect(told.uncertain.settledByStatus + told.uncertain.outcomeUnknown).toBeGreaterThan(0)
  // Taken and never heard of again is only what lost all three of its statuses, a thousandth of what was uncertain.
  expect(told.unknownButTaken).toBeLessThanOrEqual(2)
})
