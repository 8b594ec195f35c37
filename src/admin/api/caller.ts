import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { Problem } from '../../platform/web.ts'

/** Who calls: a server that is trusted with everything, or one browser whose person is known. */
export type Caller = { kind: 'server' } | { kind: 'visitor'; shopId: number; personId: number }

const challenge = { headers: { 'www-authenticate': 'Bearer' } }

/** Throws a 401 Problem unless the request carries the API token. */
export function refuseWithoutApiToken(request: Request, apiToken: string): void {
  const given = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1]
  if (given === undefined) {
    throw new Problem(401, 'unauthorized', 'An API token is needed', {
      ...challenge,
      detail: 'Send it as "Authorization: Bearer <HUB_API_TOKEN>".',
    })
  }
  if (!isSame(given, apiToken))
    throw new Problem(401, 'unauthorized', 'The API token is not right', challenge)
}

/** In constant time, whatever their lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** A browser cannot keep the API token, so it brings the visitor token that the shop's server got for it. */
export function visitorTokenOf(request: Request, body: unknown): string | undefined {
  const header = request.get('x-visitor-token')
  if (header !== undefined) return header
  const field = (body as { visitorToken?: unknown } | null | undefined)?.visitorToken
  return typeof field === 'string' ? field : undefined
}
