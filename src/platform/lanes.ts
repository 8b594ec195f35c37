import { createLaneRunner, type LaneRunner, type Work } from './lane-runner.ts'
import type { Logger } from './log.ts'
import { openWakeQueue, type QueueConnection, type WakeQueue } from './wake-queue.ts'

/** Says that a lane has work. May be called for every row: what is doubled is dropped, and what is lost the sweep finds. */
export type Wake = (lane: string) => void

export interface Lanes {
  /** Before `start`. `work` claims and handles one batch and returns how many things it handled. */
  register(name: string, work: Work, options?: LaneOptions): void
  wake: Wake
  /** With `works: false` (a process without the worker role) it only sends wake-ups. */
  start(options?: { works?: boolean }): void
  /** First takes no more, then waits for the batches in hand, then lets go of the queue. */
  stop(): Promise<void>
  /** Runs every lane here, without the queue, until a whole round finds nothing; returns how much was handled. Throws what a lane throws. */
  drain(): Promise<number>
}

export interface LaneOptions {
  concurrency?: number
  /** For work that goes on behind a batch: resolves when nothing of it is under way, with how much was. */
  settled?: () => Promise<number>
  /** Ends what goes on behind, after the last batch. */
  end?: () => Promise<void>
}

export interface LanesOptions {
  connection: QueueConnection
  log: Logger
  /** Default 1000. */
  sweepEveryMs?: number
}

/**
 * The database holds what is due; the queue only says "look now", and is never the only one to say so: a sweep pokes every
 * lane of a working process. So the queue can be erased or away at any moment, and nothing is lost or even late by more
 * than a sweep. Before `start` a wake-up does nothing.
 */
export function createLanes({ connection, log, sweepEveryMs = 1_000 }: LanesOptions): Lanes {
  const works = new Map<string, { work: Work; options: LaneOptions }>()
  const runners = new Map<string, LaneRunner>()
  let sender: WakeSender | undefined
  let queue: WakeQueue | undefined
  let sweep: NodeJS.Timeout | undefined

  return {
    register: (name, work, options = {}) => {
      works.set(name, { work, options })
    },
    wake: (lane) => {
      const runner = runners.get(lane)
      // It looks once more when its batch is done; the queue would only tell it the same.
      if (runner?.isRunning() === true) runner.poke()
      else sender?.send(lane)
    },
    start: ({ works: hasWorkers = true } = {}) => {
      queue = openWakeQueue(connection, log)
      sender = createWakeSender(queue)
      if (!hasWorkers) return
      for (const [name, { work, options }] of works) {
        runners.set(name, createLaneRunner(name, work, { concurrency: options.concurrency ?? 1, log }))
      }
      queue.receive((lane) => runners.get(lane)?.poke())
      sweep = setInterval(() => pokeAll(runners), sweepEveryMs)
      pokeAll(runners)
    },
    stop: async () => {
      clearInterval(sweep)
      sender = undefined
      await Promise.all([...runners.values()].map((runner) => runner.stop()))
      for (const { options } of works.values()) await options.end?.()
      runners.clear()
      await queue?.close()
      queue = undefined
    },
    drain: () => drain([...works.values()]),
  }
}

function pokeAll(runners: ReadonlyMap<string, LaneRunner>): void {
  for (const runner of runners.values()) runner.poke()
}

async function drain(works: readonly { work: Work; options: LaneOptions }[]): Promise<number> {
  let total = 0
  let handledInRound: number
  do {
    handledInRound = 0
    for (const { work, options } of works) {
      let handled: number
      do while ((handled = await work()) > 0) handledInRound += handled
      while (((await options.settled?.()) ?? 0) > 0)
    }
    total += handledInRound
  } while (handledInRound > 0)
  return total
}

interface WakeSender {
  send(lane: string): void
}

const betweenSendsMs = 20
const longestBetweenSendsMs = 80

/**
 * Thousands of wake-ups a second become a dozen: the first of a burst goes at once, and all that come until a moment after it has been
 * taken become one more. The longer a burst lasts, the longer the moment: whoever is woken looks again by itself while it finds work.
 */
function createWakeSender(queue: WakeQueue): WakeSender {
  const busy = new Set<string>()
  const again = new Set<string>()
  const send = async (lane: string, pauseMs = betweenSendsMs): Promise<void> => {
    busy.add(lane)
    // A failure is reported by the queue's own error event, and made good by the sweep.
    await queue.send(lane).catch(() => undefined)
    setTimeout(() => {
      busy.delete(lane)
      if (again.delete(lane)) void send(lane, Math.min(2 * pauseMs, longestBetweenSendsMs))
    }, pauseMs).unref()
  }
  return {
    send: (lane) => {
      if (busy.has(lane)) again.add(lane)
      else void send(lane)
    },
  }
}
