import { monotonicMs } from './clock.ts'
import { describeError } from './errors.ts'
import type { Logger } from './log.ts'

/** Claims one batch of what is due, handles it, and returns how many things it handled; 0 when nothing was due. */
export type Work = () => Promise<number>

export interface LaneRunner {
  /** Looks for work now; when it is looking already, once more after that. */
  poke(): void
  isRunning(): boolean
  /** Stops after the batches in hand. */
  stop(): Promise<void>
}

const firstBackOffMs = 1_000
const longestBackOffMs = 30_000

/**
 * Repeats the work of one lane until nothing is due. One loop looks first; each loop that finds something calls another to its
 * side, up to `concurrency`, so that an idle lane costs one query a sweep. A failure backs the whole lane off, doubling to 30 s:
 * what is due waits in its rows, and the first sweep after the pause finds it.
 */
export function createLaneRunner(
  lane: string,
  work: Work,
  options: { concurrency: number; log: Logger },
): LaneRunner {
  const loops = new Set<Promise<void>>()
  let running = 0
  let pokes = 0
  let stopping = false
  let failures = 0
  let quietUntilMs = 0

  const isQuiet = (): boolean => stopping || monotonicMs() < quietUntilMs
  const startLoop = (): void => {
    if (isQuiet() || running >= options.concurrency) return
    const loop = runLoop().finally(() => loops.delete(loop))
    loops.add(loop)
  }
  const runLoop = async (): Promise<void> => {
    running += 1
    let handled: number
    let pokesSeen: number
    do {
      pokesSeen = pokes
      handled = await runBatch()
      if (handled > 0) startLoop()
    } while ((handled > 0 || pokes !== pokesSeen) && !isQuiet())
    // Here and not when the promise has settled: a poke between the last look and that would be lost.
    running -= 1
  }
  const runBatch = async (): Promise<number> => {
    try {
      const handled = await work()
      failures = 0
      return handled
    } catch (thrown) {
      const pauseMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** failures++)
      quietUntilMs = monotonicMs() + pauseMs
      options.log.error(
        { lane, err: thrown, pauseMs },
        `The lane ${lane} failed and pauses: ${describeError(thrown)}`,
      )
      return 0
    }
  }
  return {
    poke: () => {
      pokes += 1
      if (running === 0) startLoop()
    },
    isRunning: () => running > 0,
    stop: async () => {
      stopping = true
      await Promise.all(loops)
    },
  }
}
