import { expect, test } from 'vitest'
import { shareLanes } from '../../src/outbox/share-lanes.ts'
import { createSeededRandom } from '../../src/platform/random.ts'

const random = createSeededRandom(1)

test('a tenth of a claim is kept for alerts and a tenth for campaigns', () => {
  expect(shareLanes(200, random)).toEqual({ alerts: 20, campaigns: 20 })
  expect(shareLanes(15, random)).toEqual({ alerts: 1, campaigns: 1 })
})

test('of a small claim each lane has one', () => {
  expect(shareLanes(3, random)).toEqual({ alerts: 1, campaigns: 1 })
})

test('a claim of one or two goes to a lower lane now and then, never to two of them', () => {
  const drawn = Array.from({ length: 1_000 }, () => shareLanes(1, random))
  const campaigns = drawn.filter((shares) => shares.campaigns === 1).length
  const alerts = drawn.filter((shares) => shares.alerts === 1).length
  expect(campaigns).toBeGreaterThan(50)
  expect(alerts).toBeGreaterThan(50)
  expect(campaigns + alerts).toBeLessThan(300)
  expect(drawn.filter((shares) => shares.alerts + shares.campaigns > 1)).toEqual([])
})
