import { pino, type DestinationStream, type Logger, type LoggerOptions, type Bindings } from 'pino'
import { redact } from './redact.ts'

export type { Logger }

export interface LogOptions {
  level: string
  /** Coloured lines for a person at a terminal instead of JSON. */
  pretty: boolean
  /** Where the lines go; standard output when left out. */
  destination?: DestinationStream
}

/** Phones, names, texts and tokens never reach a log, whoever hands them in; ids do (redact.ts says what is what). */
export function createLog({ level, pretty, destination }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Errors are taken apart by redact, which copies only what may be seen.
    serializers: { err: (value: unknown) => value },
    hooks: {
      logMethod(parts, write) {
        write.apply(this, redactParts(parts) as typeof parts)
      },
    },
  }
  if (destination !== undefined) return redactChildren(pino(options, destination))
  if (!pretty) return redactChildren(pino(options))
  const transport = { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss.l' } }
  return redactChildren(pino({ ...options, transport }))
}

/** What a log method is given: fields or an error, a message, and values for the places in it. */
function redactParts(parts: readonly unknown[]): unknown[] {
  const [first, ...rest] = parts
  if (first instanceof Error)
    return [{ err: redact(first) }, ...(rest.length > 0 ? rest.map(redact) : [redact(first.message)])]
  return parts.map(redact)
}

/** Loggers made from this one inherit it, so their fields are redacted as well. */
function redactChildren(log: Logger): Logger {
  const { child } = log as unknown as { child: (this: Logger, fields: Bindings, options?: object) => Logger }
  const redacting = function (this: Logger, fields: Bindings, options?: object): Logger {
    return child.call(this, redact(fields) as Bindings, options)
  }
  return Object.assign(log, { child: redacting })
}
