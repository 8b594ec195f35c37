import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signVisitorToken, verifyVisitorToken } from '../../src/people/visitor-token.ts'
import { after, hour } from './people-world.ts'

const key = Buffer.alloc(32, 1)
const visitor = { shopKey: 'default', publicId: 'Zm9vYmFy', expiresAt: after(hour) }
const token = signVisitorToken(key, visitor)

test('a token says which person the browser belongs to, until it expires', () => {
  expect(verifyVisitorToken(key, token, after(hour - 1))).toEqual({ kind: 'valid', visitor })
  expect(verifyVisitorToken(key, token, after(hour))).toEqual({ kind: 'invalid', reason: 'expired' })
})

test("another installation's token is forged", () => {
  expect(verifyVisitorToken(Buffer.alloc(32, 2), token, after(0))).toEqual({
    kind: 'invalid',
    reason: 'forged',
  })
})

test.each(['', 'v1', 'v1.', 'v1..', 'v2.' + token.slice(3), token + '.x', token + '.', 'abc'])(
  '%j is no token',
  (text) => {
    expect(verifyVisitorToken(key, text, after(0)).kind).toBe('invalid')
  },
)

test('no change of a single sign goes unnoticed', () => {
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...Array.from('Aa0-_z.9')), (at, sign) => {
      const changed = token.slice(0, at) + sign + token.slice(at + 1)
      if (changed === token) return
      expect(verifyVisitorToken(key, changed, after(0)).kind).toBe('invalid')
    }),
    { numRuns: 1000 },
  )
})

test('whatever is sent instead of a token, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(verifyVisitorToken(key, text, after(0)).kind).toBe('invalid')
    }),
  )
})
