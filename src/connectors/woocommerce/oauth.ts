import { createHmac } from 'node:crypto'
import OAuth from 'oauth-1.0a'

export interface WooCredentials {
  consumerKey: string
  consumerSecret: string
}

type Query = Readonly<Record<string, string | number | boolean>>

/**
 * The query of a one-legged OAuth 1.0a request, which is what WooCommerce asks for over plain http: everything goes into the query,
 * `oauth_version` is left out, and the key ends in "&" though there is no token.
 */
export function signQuery(
  request: { method: string; url: string; query: Query; timestamp: number; nonce: string },
  credentials: WooCredentials,
): Record<string, string> {
  const oauth = new OAuth({
    consumer: { key: credentials.consumerKey, secret: credentials.consumerSecret },
    signature_method: 'HMAC-SHA256',
    hash_function: (base, key) => createHmac('sha256', key).update(base).digest('base64'),
  })
  const parameters: Record<string, string> = {
    ...Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, String(value)])),
    oauth_consumer_key: credentials.consumerKey,
    oauth_nonce: request.nonce,
    oauth_signature_method: 'HMAC-SHA256',
    oauth_timestamp: String(request.timestamp),
  }
  const signature = oauth.getSignature(
    { method: request.method, url: request.url, data: parameters },
    '',
    parameters as unknown as OAuth.Data,
  )
  return { ...parameters, oauth_signature: signature }
}
