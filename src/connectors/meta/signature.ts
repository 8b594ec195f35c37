import { createHmac, timingSafeEqual } from 'node:crypto'

const signatureForm = /^sha256=([0-9a-f]{64})$/

/**
 * Whether Meta, who alone shares the app secret, has signed exactly these bytes (X-Hub-Signature-256: HMAC-SHA256 over the body as it
 * came, hex). The comparison takes the same time wherever the first difference is. A header that is missing, doubled or cut short
 * signs nothing; neither does an empty secret.
 */
export function isSignedBy(
  secret: string,
  rawBody: Buffer,
  header: string | readonly string[] | undefined,
): boolean {
  if (secret === '' || typeof header !== 'string') return false
  const claimed = signatureForm.exec(header)?.[1]
  if (claimed === undefined) return false
  const expected = createHmac('sha256', secret).update(rawBody).digest()
  return timingSafeEqual(Buffer.from(claimed, 'hex'), expected)
}
