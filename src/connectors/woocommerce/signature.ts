import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a delivery is signed with the webhook's secret: base64 of HMAC-SHA256 over the bytes as they came. A missing, doubled or
 * shortened header, and an empty secret, are never a signature.
 */
export function isSignedBy(secret: string, rawBody: Buffer, header: string | undefined): boolean {
  if (secret === '' || header === undefined) return false
  const expected = Buffer.from(createHmac('sha256', secret).update(rawBody).digest('base64'))
  const given = Buffer.from(header)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
