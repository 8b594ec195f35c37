// Errors that a person will read: a stable code, a sentence, and what to do. An ordinary turn of events is a value, not an error.

export interface Fault {
  /** Where the fault is: a field's path, a variable's name. */
  where: string
  message: string
}

export class HubError extends Error {
  readonly code: string
  readonly advice: string | undefined
  readonly faults: readonly Fault[]

  constructor(
    code: string,
    message: string,
    options: { advice?: string; faults?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HubError'
    this.code = code
    this.advice = options.advice
    this.faults = options.faults ?? []
  }
}

/** The sentence of anything thrown, without its stack. */
export function describeError(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
