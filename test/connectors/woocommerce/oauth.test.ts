import { expect, test } from 'vitest'
import { signQuery } from '../../../src/connectors/woocommerce/oauth.ts'
import { isSignedBy } from '../../../src/connectors/woocommerce/signature.ts'

test('a request over plain http is signed as WooCommerce verifies it', () => {
  const query = signQuery(
    {
      method: 'GET',
      url: 'http://shop.example.com/wp-json/wc/v3/products',
      query: { sku: 'A-1,B 2', per_page: 100, status: 'any' },
      timestamp: 1_700_000_000,
      nonce: 'abcdefghijklmnopqrstuvwxyz012345',
    },
    { consumerKey: 'ck_x', consumerSecret: 'cs_y' },
  )
  expect(query.oauth_signature).toBe('ez9a/WPzTmRjwUL9ACj/d2RHvNC3eL1+BKBIvUJHhbo=')
  expect(query).not.toHaveProperty('oauth_version')
})

test('a webhook is signed over its bytes with the whole secret, or not at all', () => {
  const body = Buffer.from('{"id":1}')
  const signature = 'zC8fc2J1qFdixyP4o8Kfvsu3wUJ60d2+FFia1JA2pik='
  expect(isSignedBy('whsec', body, signature)).toBe(true)
  for (const wrong of [
    undefined,
    '',
    signature.slice(0, -2),
    `${signature},${signature}`,
    signature.replace('z', 'y'),
  ]) {
    expect(isSignedBy('whsec', body, wrong)).toBe(false)
  }
  expect(isSignedBy('whsec', Buffer.from('{"id":1} '), signature)).toBe(false)
  expect(isSignedBy('', body, signature)).toBe(false)
})
