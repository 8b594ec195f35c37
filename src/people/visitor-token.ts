import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signed visitor token says: this browser belongs to that person. It holds no phone, name or number of ours. */
export interface Visitor {
  shopKey: string
  publicId: string
  expiresAt: Date
}

/** `v1.<payload>.<signature>`, both base64url; HMAC-SHA256. */
export function signVisitorToken(key: Buffer, visitor: Visitor): string {
  const payload = [visitor.shopKey, visitor.publicId, Math.floor(visitor.expiresAt.getTime() / 1000)].join(
    '\n',
  )
  const body = Buffer.from(payload).toString('base64url')
  return `v1.${body}.${sign(key, body)}`
}

export type VerifiedVisitor =
  { kind: 'valid'; visitor: Visitor } | { kind: 'invalid'; reason: 'malformed' | 'forged' | 'expired' }

export function verifyVisitorToken(key: Buffer, token: string, now: Date): VerifiedVisitor {
  const [version, body, signature, ...rest] = token.split('.')
  if (version !== 'v1' || body === undefined || signature === undefined || rest.length > 0)
    return { kind: 'invalid', reason: 'malformed' }
  // As text: base64url has several spellings of the same bytes, and just one of them is ours.
  const given = Buffer.from(signature)
  const expected = Buffer.from(sign(key, body))
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return { kind: 'invalid', reason: 'forged' }
  const [shopKey = '', publicId = '', seconds = ''] = Buffer.from(body, 'base64url').toString().split('\n')
  const expiresAt = new Date(Number(seconds) * 1000)
  if (!(expiresAt > now)) return { kind: 'invalid', reason: 'expired' }
  return { kind: 'valid', visitor: { shopKey, publicId, expiresAt } }
}

function sign(key: Buffer, body: string): string {
  return createHmac('sha256', key).update(`visitor:${body}`).digest('base64url')
}
