import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSignedBy } from '../../../src/connectors/meta/signature.ts'

const secret = 'app-secret'
// Meta escapes what is not ASCII, and slashes: the bytes count, not what they mean.
const body = Buffer.from('{"name":"Jos\\u00e9","url":"https:\\/\\/example.com"}')
const sign = (bytes: Buffer, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(bytes).digest('hex')}`

test('the very bytes signed with the app secret are accepted', () => {
  expect(isSignedBy(secret, body, sign(body))).toBe(true)
})

test('the same JSON written with other bytes is refused', () => {
  const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString())))
  expect(isSignedBy(secret, rewritten, sign(body))).toBe(false)
})

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['without its scheme', sign(body).slice('sha256='.length)],
  ['of the older SHA-1', `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`],
  ['cut short', sign(body).slice(0, -2)],
  ['longer', `${sign(body)}00`],
  ['doubled into one line', `${sign(body)}, ${sign(body)}`],
  ['sent twice', [sign(body), sign(body)]],
  ['sent once, as a list', [sign(body)]],
  ['with a line break', `${sign(body)}\n`],
  ['not hexadecimal', `sha256=${'z'.repeat(64)}`],
  ['of another secret', sign(body, 'other')],
])('a signature that is %s is refused', (_, header) => {
  expect(isSignedBy(secret, body, header)).toBe(false)
})

test('without a secret nothing is signed, not even with the empty one', () => {
  expect(isSignedBy('', body, sign(body, ''))).toBe(false)
})

test('whatever single byte is changed, the signature no longer fits', () => {
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(body)
      changed[at] = (changed[at]! + by) % 256
      expect(isSignedBy(secret, changed, sign(body))).toBe(false)
    }),
  )
})
