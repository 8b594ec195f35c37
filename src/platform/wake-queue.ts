import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type JobsOptions,
  type Queue,
  type Worker,
} from 'bullmq'
import { describeError } from './errors.ts'
import type { Logger } from './log.ts'

export type QueueConnection = { kind: 'postgres'; url: string } | { kind: 'redis'; url: string }

/** Carries the names of lanes from whoever made work to some process that does it; may lose them without harm. */
export interface WakeQueue {
  /** Rejects when the queue is away. */
  send(lane: string): Promise<void>
  /** From now on this process takes wake-ups too. */
  receive(onWake: (lane: string) => void): void
  close(): Promise<void>
}

const queueName = 'wake'
const closeWithinMs = 1_000

export function openWakeQueue(connection: QueueConnection, log: Logger): WakeQueue {
  const { queue, startWorker } =
    connection.kind === 'redis' ? onRedis(connection.url) : onPostgres(connection.url)
  const report = createErrorReporter(log)
  queue.on('error', report)
  let worker: Closable | undefined
  return {
    send: async (lane) => {
      await queue.add(lane, {}, jobOptions(lane))
    },
    receive: (onWake) => {
      worker = startWorker(onWake, report)
    },
    close: async () => {
      // Closing waits for the other side, which may be what is missing.
      await Promise.race([closeBoth(worker, queue), afterMs(closeWithinMs)])
    },
  }
}

/** One job waiting per lane; asked for while one is being taken, one more follows, since that one may have looked already. */
function jobOptions(lane: string): JobsOptions {
  return {
    deduplication: { id: lane, keepLastIfActive: true },
    removeOnComplete: true,
    removeOnFail: true,
    attempts: 1,
  }
}

// A job only pokes a lane and takes no time, so a lock that outlives it means a killed process: it is freed soon, because
// until then its lane's wake-ups count as doubles.
const workerOptions = {
  concurrency: 1,
  lockDuration: 5_000,
  stalledInterval: 5_000,
  maxStalledCount: 10,
  runRetryDelay: 1_000,
} as const

const queueOptions = { streams: { events: { maxLen: 100 } } } as const

type StartWorker = (onWake: (lane: string) => void, report: (error: Error) => void) => Closable

interface Closable {
  close(force?: boolean): Promise<void>
}

interface Backend {
  queue: Closable & {
    add(name: string, data: object, options: JobsOptions): Promise<unknown>
    on(event: 'error', listener: (error: Error) => void): unknown
  }
  startWorker: StartWorker
}

function onPostgres(url: string): Backend {
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const connection = { connectionString: url, schema: 'bullmq', migrate: true, max: 2 }
  return {
    queue: new Queue(queueName, { connection, ...queueOptions }),
    startWorker: (onWake, report) =>
      new Worker(queueName, pokeOnly(onWake), { connection, ...workerOptions }).on('error', report),
  }
}

function onRedis(url: string): Backend {
  const { Queue, Worker } = withBackend(createRedisBackend)
  return {
    // Whoever sends a wake-up must not wait for a server that is away: it fails at once, and the sweep does the rest.
    queue: new Queue(queueName, {
      connection: { url, maxRetriesPerRequest: 1, enableOfflineQueue: false },
      ...queueOptions,
    }),
    startWorker: (onWake, report) =>
      new Worker(queueName, pokeOnly(onWake), {
        connection: { url, maxRetriesPerRequest: null },
        ...workerOptions,
      }).on('error', report),
  }
}

function pokeOnly(onWake: (lane: string) => void): (job: { name: string }) => Promise<void> {
  return (job) => {
    onWake(job.name)
    return Promise.resolve()
  }
}

/** By force: a job only pokes a lane, and what a killed one leaves behind the next sweep makes good. */
async function closeBoth(
  worker: Pick<Worker, 'close'> | undefined,
  queue: Pick<Queue, 'close'>,
): Promise<void> {
  await worker?.close(true).catch(() => undefined)
  await queue.close().catch(() => undefined)
}

/** An absent server reports an error at every attempt to reach it: one line a minute says enough. */
function createErrorReporter(log: Logger): (error: Error) => void {
  let silent = false
  return (error) => {
    if (silent) return
    silent = true
    setTimeout(() => (silent = false), 60_000).unref()
    log.warn({ err: error }, `The queue is away (${describeError(error)}); work goes on by the sweep`)
  }
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
