import { createHmac } from 'node:crypto'
import { createLinkTokens, type LinkTokens } from './outbox/link-token.ts'

/** A key of its own for each purpose, so that nothing signed for one can serve another. */
export function deriveKeys(secret: Buffer): { visitorKey: Buffer; links: LinkTokens } {
  const keyFor = (purpose: string): Buffer => createHmac('sha256', secret).update(purpose).digest()
  return { visitorKey: keyFor('visitor-tokens'), links: createLinkTokens(keyFor('link-tokens')) }
}
