import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { RestError } from './rest-error.ts'
import type { ApiKey, ShopDeps } from './shop-state.ts'

export interface Credentials {
  permissions: ApiKey['permissions']
}

export interface AuthDeps extends ShopDeps {
  /** Nonces of the last 15 minutes, with their times. */
  nonces: Map<string, number>
}

/**
 * Who asks, as WooCommerce tells it: behind TLS (or a proxy that says so) by the key in the query or by Basic; over plain http by OAuth
 * 1.0a alone, everything else being ignored there. Undefined: nobody, so that most routes answer `cannot_view`. Throws 401.
 */
export function authenticate(
  deps: AuthDeps,
  request: Request,
  query: URLSearchParams,
): Credentials | undefined {
  const isSecure = request.secure || request.get('x-forwarded-proto') === 'https'
  const key = isSecure ? bySecret(deps, request, query) : byOAuth(deps, request, query)
  if (key === undefined) return undefined
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead ? key.permissions === 'write' : key.permissions === 'read') {
    throw denied(`The API key provided does not have ${isRead ? 'read' : 'write'} permissions.`)
  }
  return key
}

function bySecret({ state }: AuthDeps, request: Request, query: URLSearchParams): ApiKey | undefined {
  const basic = /^Basic\s+(\S+)$/i.exec(request.get('authorization') ?? '')?.[1]
  const [user = '', ...rest] =
    basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':')
  const inQuery = { key: query.get('consumer_key'), secret: query.get('consumer_secret') }
  // The query is looked at first, and only when it holds both.
  const isInQuery = inQuery.key !== null && inQuery.secret !== null
  const given = isInQuery ? inQuery : { key: user, secret: rest.join(':') }
  const known = state.keys.all().find(({ key }) => key === given.key)
  // A key that nobody knows is no error: the request goes on as nobody's.
  if (known === undefined) return undefined
  if (!isSame(known.secret, given.secret ?? '')) throw denied('Consumer secret is invalid.')
  return known
}

const oauthNames = [
  'oauth_consumer_key',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_signature',
  'oauth_signature_method',
]
const windowS = 15 * 60

function byOAuth(deps: AuthDeps, request: Request, query: URLSearchParams): ApiKey | undefined {
  const parameters = [...query, ...headerParameters(request)]
  const oauth = new Map(parameters.filter(([name]) => name.startsWith('oauth_')))
  if (oauth.size === 0) return undefined
  const missing = oauthNames.filter((name) => (oauth.get(name) ?? '') === '')
  if (missing.length > 0)
    throw denied(`Missing OAuth parameter${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`)
  const known = deps.state.keys.all().find(({ key }) => key === oauth.get('oauth_consumer_key'))
  if (known === undefined) throw denied('Consumer key is invalid.')
  checkSignature(deps, request, { parameters, secret: known.secret })
  checkNonce(deps, Number(oauth.get('oauth_timestamp')), oauth.get('oauth_nonce') ?? '')
  return known
}

function headerParameters(request: Request): [string, string][] {
  const header = request.get('authorization') ?? ''
  if (!/^OAuth\s/i.test(header)) return []
  return [...header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    decodeURIComponent(value),
  ])
}

function checkSignature(
  deps: AuthDeps,
  request: Request,
  { parameters, secret }: { parameters: readonly [string, string][]; secret: string },
): void {
  const find = (name: string): string => parameters.find(([one]) => one === name)?.[1] ?? ''
  const algorithm = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' }[find('oauth_signature_method')]
  if (algorithm === undefined) throw denied('Invalid signature - signature method is invalid.')
  // The address is the one of the shop's settings, whatever host the request was sent to.
  const address = `${new URL(deps.site.url()).origin}${request.originalUrl.split('?')[0] ?? ''}`
  const signed = parameters
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([one, first], [other, second]) =>
      one === other ? (first < second ? -1 : 1) : one < other ? -1 : 1,
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const base = [request.method.toUpperCase(), encode(address), encode(signed)].join('&')
  const signature = createHmac(algorithm, `${secret}&`).update(base).digest('base64')
  if (!isSame(signature, find('oauth_signature'))) {
    throw denied('Invalid signature - provided signature does not match.')
  }
}

function checkNonce(deps: AuthDeps, timestampS: number, nonce: string): void {
  const nowS = Math.floor(deps.clock.now().getTime() / 1000)
  if (!Number.isInteger(timestampS) || Math.abs(nowS - timestampS) > windowS)
    throw denied('Invalid timestamp.')
  for (const [old, usedS] of deps.nonces) if (Math.abs(nowS - usedS) > windowS) deps.nonces.delete(old)
  if (deps.nonces.has(nonce)) throw denied('Invalid nonce - nonce has already been used.')
  deps.nonces.set(nonce, timestampS)
}

function denied(message: string): RestError {
  return new RestError(401, 'woocommerce_rest_authentication_error', message)
}

/** As PHP's rawurlencode: encodeURIComponent leaves five more characters as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
