import { expect, test } from 'vitest'
import { createMissWatch } from '../../src/outbox/miss-watch.ts'

/** A sender that takes fifty slots every hundred milliseconds, and misses some of each; answers when it was found late. */
function lateAt(missedOf: (nth: number) => number, takes: number): number[] {
  const watch = createMissWatch()
  const late: number[] = []
  for (let nth = 0; nth < takes; nth++) {
    if (watch.isLate(nth * 100)) late.push(nth * 100)
    watch.noteGiven(50)
    for (let missed = 0; missed < missedOf(nth); missed++) watch.noteMissed()
  }
  return late
}

test('a sender that misses one slot of ten is not late', () => {
  expect(lateAt(() => 5, 100)).toEqual([])
})

test('one that misses more is late after a second of it, and once a second while it goes on', () => {
  expect(lateAt(() => 6, 40)).toEqual([1_000, 2_000, 3_000])
})

test('half a second of trouble is forgiven, however bad it is, and so is trouble now and then', () => {
  expect(lateAt((nth) => (nth < 5 ? 50 : 0), 40)).toEqual([])
  expect(lateAt((nth) => (nth % 10 < 4 ? 25 : 0), 100)).toEqual([])
})

test('one that takes nothing for a while has missed nothing', () => {
  const watch = createMissWatch()
  watch.noteGiven(10)
  for (let missed = 0; missed < 9; missed++) watch.noteMissed()
  expect([0, 600, 60_000, 120_000].map((at) => watch.isLate(at))).toEqual([false, false, false, false])
})
