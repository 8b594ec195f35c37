import type { Fault } from './errors.ts'

/** A refusal that is told to the client as RFC 9457 problem details; anything else that is thrown becomes a bare 500. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly faults: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    title: string,
    more: { detail?: string; faults?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(more.detail === undefined ? title : `${title}: ${more.detail}`)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.title = title
    this.detail = more.detail
    this.faults = more.faults ?? []
    this.headers = more.headers ?? {}
  }
}

export interface ProblemDetails {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  faults?: readonly Fault[]
  /** The request's id, by which its lines in the log are found. */
  instance?: string
}

export function toProblemDetails(problem: Problem, requestId: string): ProblemDetails {
  return {
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.faults.length === 0 ? {} : { faults: problem.faults }),
    instance: `urn:request:${requestId}`,
  }
}

/** What was thrown, as a client may see it; undefined when the fault is ours. Express marks what it refuses with a 4xx status. */
export function problemOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof URIError)
    return new Problem(400, 'bad_address', 'The address is not valid percent-encoding')
  const { status } = (thrown ?? {}) as { status?: unknown }
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined
  if (status === 413) return tooLarge(undefined)
  return new Problem(status, 'bad_request', 'The request could not be read')
}

export function tooLarge(limitBytes: number | undefined): Problem {
  return new Problem(413, 'too_large', 'The request body is too large', {
    ...(limitBytes === undefined ? {} : { detail: `At most ${String(limitBytes)} bytes are taken here.` }),
    headers: { connection: 'close' },
  })
}
