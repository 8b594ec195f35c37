import { expect, test } from 'vitest'
import { decideContactPace, untouched, type ContactLevel } from '../../src/outbox/decide-contact-pace.ts'
import type { Purpose } from '../../src/outbox/message.ts'

const start = new Date('2026-03-02T12:00:00Z')
const after = (seconds: number): Date => new Date(start.getTime() + seconds * 1000)
const fresh: ContactLevel = { ...untouched, at: start }

function send(level: ContactLevel, purpose: Purpose, at: Date): ContactLevel {
  const decision = decideContactPace(level, { purpose, attempt: 1 }, at)
  if (decision.kind === 'wait') throw new Error(`has to wait until ${decision.until.toISOString()}`)
  return decision.next
}

test('ten replies go at once, the eleventh six seconds later', () => {
  let level = fresh
  for (let nth = 0; nth < 10; nth++) level = send(level, 'reply', start)
  expect(decideContactPace(level, { purpose: 'reply', attempt: 1 }, start)).toEqual({
    kind: 'wait',
    until: after(6),
  })
  expect(decideContactPace(level, { purpose: 'reply', attempt: 1 }, after(5.999)).kind).toBe('wait')
  level = send(level, 'reply', after(6))
  expect(decideContactPace(level, { purpose: 'reply', attempt: 1 }, after(6)).kind).toBe('wait')
})

test('a bucket is full again after a minute, and never fuller', () => {
  let level = fresh
  for (let nth = 0; nth < 10; nth++) level = send(level, 'reply', start)
  for (let nth = 0; nth < 10; nth++) level = send(level, 'transactional', after(3600))
  expect(decideContactPace(level, { purpose: 'reply', attempt: 1 }, after(3600)).kind).toBe('wait')
})

test('campaign messages and alerts lie six seconds apart, and replies may go between them', () => {
  let level = send(fresh, 'alert', start)
  expect(decideContactPace(level, { purpose: 'campaign', attempt: 1 }, after(2))).toEqual({
    kind: 'wait',
    until: after(6),
  })
  level = send(level, 'reply', after(2))
  send(level, 'campaign', after(6))
})

test('a further attempt of a refused message need not lie apart from itself', () => {
  const level = send(fresh, 'campaign', start)
  expect(decideContactPace(level, { purpose: 'campaign', attempt: 2 }, after(1)).kind).toBe('go')
})

test('after Meta has said that it was too much, nothing goes before the time it needs', () => {
  const held = { ...fresh, notBefore: after(4) }
  for (const purpose of ['reply', 'campaign'] as const) {
    expect(decideContactPace(held, { purpose, attempt: 2 }, after(1))).toEqual({
      kind: 'wait',
      until: after(4),
    })
    expect(decideContactPace(held, { purpose, attempt: 2 }, after(4)).kind).toBe('go')
  }
})

test('a clock that is set back gives nothing away and takes nothing', () => {
  const level = send(fresh, 'reply', after(60))
  expect(send(level, 'reply', start).level).toBe(8)
})
