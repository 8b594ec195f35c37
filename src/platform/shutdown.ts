import { monotonicMs } from './clock.ts'
import { describeError } from './errors.ts'
import type { Logger } from './log.ts'

export interface ShutdownOptions {
  log: Logger
  /** Stops everything in order; what is running may finish. */
  stop: () => Promise<void>
  /** After this long the process ends in any case (default 25 s: orchestrators kill after 30). */
  withinMs?: number
  /** Signals this soon after the first are the same one (default 500 ms): Ctrl-C reaches us from the terminal and again through npm. */
  sameWithinMs?: number
  /** Given by tests. */
  signals?: NodeJS.EventEmitter
  exit?: (code: number) => void
}

/**
 * The first SIGINT or SIGTERM stops gracefully and ends the process with 0; a second one ends it at once. Ending at once
 * loses nothing: what was begun is in rows and is taken up at the next start.
 */
export function stopOnSignal({
  log,
  stop,
  withinMs = 25_000,
  sameWithinMs = 500,
  signals = process,
  exit = exitProcess,
}: ShutdownOptions): void {
  let stoppingSinceMs: number | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSinceMs !== undefined) {
      if (monotonicMs() - stoppingSinceMs < sameWithinMs) return
      log.warn(`${signal} again: ending at once`)
      exit(130)
      return
    }
    stoppingSinceMs = monotonicMs()
    log.info(`${signal}: stopping; once more ends at once`)
    const deadline = setTimeout(() => {
      log.error(`Stopping took longer than ${String(withinMs / 1_000)} s: ending now`)
      exit(1)
    }, withinMs)
    stop()
      .then(
        () => exit(0),
        (thrown: unknown) => {
          log.error({ err: thrown }, `Stopping failed: ${describeError(thrown)}`)
          exit(1)
        },
      )
      .finally(() => clearTimeout(deadline))
  }
  signals.on('SIGINT', onSignal)
  signals.on('SIGTERM', onSignal)
}

function exitProcess(code: number): void {
  process.exit(code)
}
