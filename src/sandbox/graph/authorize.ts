import type { IncomingMessage } from 'node:http'
import { GraphError } from './graph-error.ts'

/** A token in the header (`Bearer`, or `OAuth` for uploads) or the query. Throws 104 without one, 190 for a wrong one. */
export function authorize(
  request: IncomingMessage,
  query: URLSearchParams,
  { accessToken, isExpired }: { accessToken: string; isExpired: boolean },
): void {
  const given =
    /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? query.get('access_token')
  if (given === null) {
    const title = '(#104) An access token is required to request this resource.'
    throw new GraphError(104, undefined, { title, status: 401 })
  }
  if (given !== accessToken) {
    const title = 'Invalid OAuth access token - Cannot parse access token'
    throw new GraphError(190, undefined, { title, status: 401 })
  }
  if (isExpired) {
    const title = 'Error validating access token: Session has expired'
    throw new GraphError(190, undefined, { title, status: 401, more: { error_subcode: 463 } })
  }
}
