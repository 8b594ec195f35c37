import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideMessageState, type StatusTimes } from '../../src/outbox/decide-message-state.ts'

const never: StatusTimes = { acceptedAt: null, sentAt: null, deliveredAt: null, readAt: null, failedAt: null }
const at = new Date('2026-03-02T12:00:00Z')

test.each([
  [{}, undefined],
  [{ acceptedAt: at }, 'accepted'],
  [{ acceptedAt: at, sentAt: at }, 'sent'],
  [{ acceptedAt: at, sentAt: at, failedAt: at }, 'failed'],
  [{ failedAt: at, deliveredAt: at }, 'delivered'],
  [{ failedAt: at, readAt: at }, 'read'],
  [{ readAt: at }, 'read'],
])('%o is shown as %s', (times, shown) => {
  expect(decideMessageState({ ...never, ...times })).toBe(shown)
})

test('only which statuses came decides, not when', () => {
  const time = fc.option(fc.date({ noInvalidDate: true }))
  const times = fc.record({ acceptedAt: time, sentAt: time, deliveredAt: time, readAt: time, failedAt: time })
  fc.assert(
    fc.property(times, (some) => {
      const same = Object.fromEntries(
        Object.entries(some).map(([name, value]) => [name, value === null ? null : at]),
      )
      expect(decideMessageState(some)).toBe(decideMessageState(same as unknown as StatusTimes))
    }),
  )
})
