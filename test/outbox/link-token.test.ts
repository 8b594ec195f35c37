import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLinkTokens } from '../../src/outbox/link-token.ts'

const links = createLinkTokens(Buffer.alloc(32, 1))
const anId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })

test('a link’s token says which message and which product, and is the same each time', () => {
  const token = links.tokenOf(123_456, 7_890)
  expect(links.read(token)).toEqual({ messageId: 123_456, productId: 7_890 })
  expect(links.read(links.tokenOf(5, null))).toEqual({ messageId: 5, productId: null })
  expect(token).toBe(links.tokenOf(123_456, 7_890))
  expect(token).toMatch(/^[\w-]{16,24}$/)
})

test('every message and product is read back', () => {
  fc.assert(
    fc.property(anId, fc.option(anId), (messageId, productId) => {
      expect(links.read(links.tokenOf(messageId, productId))).toEqual({ messageId, productId })
    }),
  )
})

test('nobody makes one up: another key, a changed letter, another case, a cut or longer one is nothing', () => {
  const token = links.tokenOf(123_456, 7_890)
  expect(createLinkTokens(Buffer.alloc(32, 2)).read(token)).toBeUndefined()
  const changed = token
    .split('')
    .map((letter, at) => `${token.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`)
  for (const wrong of [
    ...changed,
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    `${token} `,
    '',
    'x',
    '../..',
    '%00',
  ]) {
    expect(links.read(wrong)).toBeUndefined()
  }
  expect(links.read(token.toUpperCase())).toBeUndefined()
})

test('whatever somebody types is read without a fault', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
      expect(links.read(typed)).toBeUndefined()
    }),
  )
})
