import { createServer, type Server, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import helmet from 'helmet'
import { HubError } from './errors.ts'
import type { Logger } from './log.ts'
import { Problem, problemOf, toProblemDetails } from './problem.ts'
import { systemRandom, type Random } from './random.ts'

export { Problem } from './problem.ts'
export { readJson, readRawBody } from './read-body.ts'

/**
 * Express with a request id, the usual security headers, the routes that `addRoutes` adds, and problem details (RFC 9457)
 * for every refusal. A route may throw or reject: Express 5 hands both to the answer for failures.
 */
export function createWebApp(
  {
    log,
    random = systemRandom,
    trustedProxies = 0,
  }: {
    log: Logger
    random?: Random
    /** How many of our own stand in front. What X-Forwarded-For says beyond them, the caller may have made up. */
    trustedProxies?: number
  },
  addRoutes: (app: Express) => void,
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('trust proxy', trustedProxies)
  app.use(giveRequestId(random), helmet())
  addRoutes(app)
  app.use((request: Request) => {
    throw new Problem(404, 'not_found', 'Nothing is found here', {
      detail: `${request.method} ${request.path}`,
    })
  })
  app.use(answerFailure(log))
  return app
}

/** The caller's own id is kept if it is a harmless one: a proxy in front of us may have logged it. */
function giveRequestId(random: Random): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id') ?? ''
    const id = /^[\w.-]{8,64}$/.test(given) ? given : random.token(12)
    response.locals['requestId'] = id
    response.setHeader('x-request-id', id)
    next()
  }
}

export function requestIdOf(response: Response): string {
  return String(response.locals['requestId'])
}

function answerFailure(log: Logger) {
  // Express knows a handler of failures by its four parameters.
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const requestId = requestIdOf(response)
    const problem = problemOf(thrown) ?? serverProblem(thrown)
    if (problem.status >= 500)
      log.error({ err: thrown, requestId, method: request.method, path: request.path }, 'A request failed')
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.status(problem.status).set(problem.headers).type('application/problem+json')
    response.send(JSON.stringify(toProblemDetails(problem, requestId)))
  }
}

/** Whoever sends to us tries again after a 503 (Meta for days), so that is what an absent database is told as. */
function serverProblem(thrown: unknown): Problem {
  if (isDatabaseAway(thrown)) {
    return new Problem(503, 'unavailable', 'The service is not available at the moment', {
      headers: { 'retry-after': '5' },
    })
  }
  return new Problem(500, 'internal', 'Something went wrong here')
}

// PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shut down), and what the network says; pg's pool gives no code.
const awayCodes =
  /^(08\w{3}|53\w{3}|57P\d{2}|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)$/
const awayWords = /^(Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after)/

export function isDatabaseAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { code, syscall } = thrown as NodeJS.ErrnoException
  if (awayWords.test(thrown.message)) return true
  if (code === undefined || !awayCodes.test(code)) return false
  // A missing file is ENOENT too; only a socket that cannot be connected to means the database.
  return code !== 'ENOENT' || syscall === 'connect'
}

export interface Listening {
  server: Server
  port: number
  /** Takes no more connections and lets running requests finish; after `graceMs` those that are left are cut off. */
  close(graceMs?: number): Promise<void>
}

/**
 * Idle connections are kept for 75 s: longer than the 60 s of the usual proxies, so that it is never our side that closes a
 * connection just as a request comes in on it. Port 0 takes any free one.
 */
export async function listen(app: RequestListener, port: number, host?: string): Promise<Listening> {
  const server = createServer(
    { keepAliveTimeout: 75_000, headersTimeout: 80_000, requestTimeout: 120_000 },
    app,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port)))
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve)
  })
  server.removeAllListeners('error')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: (graceMs = 10_000) => closeServer(server, graceMs),
  }
}

function listenError(cause: NodeJS.ErrnoException, port: number): Error {
  if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') return cause
  const why = cause.code === 'EACCES' ? 'may not be opened by this user' : 'is used by another program'
  return new HubError('port_unavailable', `Port ${String(port)} ${why}.`, {
    advice: 'Set PORT to another one.',
    cause,
  })
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  // A connection whose request has just finished turns idle and would be kept open for another one.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearTimeout(cut)
  clearInterval(sweep)
}
