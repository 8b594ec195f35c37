import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sentenceOf } from '../../src/campaigns/reasons.ts'

const src = join(import.meta.dirname, '../../src')

// Reasons of coupons and of figures, which are written to no message.
const ofSomethingElse = new Set(['superseded', 'nobody_treated', 'no_control_group'])

/** Whatever is written as a reason in a room: as a value, or in SQL. */
function reasonsIn(room: string): Set<string> {
  const files = readdirSync(join(src, room), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const codes = files.flatMap((name) => {
    const text = readFileSync(join(src, room, name), 'utf8')
    return [...text.matchAll(/\breason(?: ?[:=]|: string =| =) ?'([a-z0-9_]+)'/g)].map(([, code]) => code!)
  })
  return new Set(codes.filter((code) => !ofSomethingElse.has(code)))
}

test.each(['outbox', 'campaigns'])('every reason that %s writes has a sentence for the merchant', (room) => {
  const reasons = [...reasonsIn(room)]
  expect(reasons.length).toBeGreaterThan(5)
  expect(reasons.filter((code) => sentenceOf(code) === code)).toEqual([])
})

test('a person’s pace is among them', () => {
  expect([...reasonsIn('outbox')]).toContain('contact_pace')
  expect(sentenceOf('contact_pace')).toContain('seconds later')
})
