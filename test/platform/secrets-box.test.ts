import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'

const oldKey = randomBytes(32)
const newKey = randomBytes(32)

test('what is sealed opens again, and the same text never looks the same', () => {
  const box = createSecretsBox({ current: newKey })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(box.open(box.seal(text))).toBe(text)
      expect(box.seal(text)).not.toEqual(box.seal(text))
    }),
  )
})

test('any changed byte is noticed', () => {
  const box = createSecretsBox({ current: newKey })
  const sealed = box.seal('cs_secret')
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => box.open(changed), `byte ${String(at)}`).toThrow('A stored secret')
  }
  for (let length = 0; length < sealed.length; length++)
    expect(() => box.open(sealed.subarray(0, length))).toThrow('A stored secret')
})

test('after a change of keys the old secrets open, are known as outdated, and need the old key', () => {
  const sealed = createSecretsBox({ current: oldKey }).seal('token')
  const rotated = createSecretsBox({ current: newKey, previous: [oldKey] })
  expect(rotated.open(sealed)).toBe('token')
  expect(rotated.isOutdated(sealed)).toBe(true)
  expect(rotated.isOutdated(rotated.seal('token'))).toBe(false)
  expect(() => createSecretsBox({ current: newKey }).open(sealed)).toThrow('a key that is not configured')
})

test('a key of another length is refused', () => {
  expect(() => createSecretsBox({ current: randomBytes(16) })).toThrow('32 bytes')
})
