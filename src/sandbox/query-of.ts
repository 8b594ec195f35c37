import type { Request } from 'express'

/** The query with every value, in the order given: some parameters come several times, and signatures cover them all. */
export function queryOf(request: Request): URLSearchParams {
  const at = request.originalUrl.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : request.originalUrl.slice(at + 1))
}
