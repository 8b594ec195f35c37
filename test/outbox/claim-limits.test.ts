import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClaimLimits, nextSize } from '../../src/outbox/claim-limits.ts'

test('a number pauses longer each time its claim fails, up to half a minute, and not at all after one that does not', () => {
  let nowMs = 0
  const limits = createClaimLimits(() => nowMs)
  const pauses = Array.from({ length: 7 }, () => limits.noteFailed(1))
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(limits.mayClaim(2)).toBe(true)
  nowMs = 29_999
  expect(limits.mayClaim(1)).toBe(false)
  nowMs = 30_000
  expect(limits.mayClaim(1)).toBe(true)
  limits.noteClaimed(1)
  expect(limits.noteFailed(1)).toBe(1_000)
})

test('claims that come too late are halved, and grow back while all of them begin in time', () => {
  const limits = createClaimLimits(() => 0)
  limits.noteBegun(1, { people: 200, inTime: 0 })
  expect(limits.sizeOf(1)).toBe(100)
  limits.noteBegun(1, { people: 100, inTime: 49 })
  expect(limits.sizeOf(1)).toBe(50)
  limits.noteBegun(1, { people: 50, inTime: 49 })
  expect(limits.sizeOf(1)).toBe(50)
  expect(limits.sizeOf(2)).toBe(Infinity)
  for (let nth = 0; nth < 5; nth++) limits.noteBegun(1, { people: 10, inTime: 10 })
  expect(limits.sizeOf(1)).toBe(Infinity)
})

test('however long a claim takes for each message, one message can be sent in the end if one is quick enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 899 }), fc.integer({ min: 1, max: 400 }), (msEach, waiting) => {
      let size = Infinity
      for (let nth = 0; nth < 12; nth++) {
        const people = Math.min(size, waiting)
        if (people * msEach < 900) return
        size = nextSize(size, { people, inTime: 0 })
      }
      expect.fail(`still ${size} at a time`)
    }),
  )
})
