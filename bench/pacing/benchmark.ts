import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createRedisBackend, withBackend } from 'bullmq'
import { openDatabase } from '../../src/platform/database.ts'
import { saveNumberConnection } from '../../src/shops/number-store.ts'
import { saveShop } from '../../src/shops/shop-store.ts'
import { startBenchServer } from '../support/bench-database.ts'
import type { Benchmark, BenchmarkOptions, Figure } from '../support/benchmark.ts'
import { startChildServer } from '../support/child-server.ts'
import { isRedisInstalled, startOwnRedis } from '../support/own-redis.ts'
import type { SenderTask } from './send-requests.ts'

const rates = [80, 1_000]
const senderCounts = [1, 4]
const mostInASecond = 1
// On a machine that others use too, senders miss slots and become slower; they must not become too fast.
const leastAverage = process.env.BENCH_SHARED === undefined ? 0.95 : 0

/** How evenly requests start, over one and over four sender processes: the hub's line of slots beside BullMQ's limiter, in one run. */
export const pacingBenchmark: Benchmark = async (options) => {
  await using postgres = await startBenchServer()
  await using redis = isRedisInstalled() ? await startOwnRedis() : undefined
  const databaseUrl = await postgres.createDatabase('bench_pacing')
  const answers = await startChildServer(new URL('./answer-server.ts', import.meta.url), databaseUrl)
  const task = { port: answers.port, forMs: options.roundMs, databaseUrl, redisUrl: redis?.url }
  const missed: string[] = []
  try {
    await connectNumber(databaseUrl)
    for (const perSecond of rates) {
      for (const senders of senderCounts) {
        const what = `${perSecond}/s, ${senders} ${senders === 1 ? 'sender' : 'senders'}`
        await setRate(databaseUrl, perSecond)
        const hub = judge(
          await runSenders(new URL('./hub-sender.ts', import.meta.url), senders, { ...task, perSecond }),
          perSecond,
        )
        if (redis !== undefined) await fillQueue(redis.url, perSecond, options)
        const bullmq =
          redis === undefined
            ? undefined
            : judge(
                await runSenders(new URL('./bullmq-sender.ts', import.meta.url), senders, {
                  ...task,
                  perSecond,
                }),
                perSecond,
              )
        report(options, what, hub, bullmq)
        missed.push(...missedBy(what, hub))
      }
    }
  } finally {
    await answers.stop()
  }
  return missed
}

interface Judged {
  /** Starts in the worst sliding second, divided by the cap. */
  worst: number
  /** Starts a second from the first to the last, divided by the cap. */
  average: number
}

function judge(startsMs: readonly number[], perSecond: number): Judged {
  const sorted = [...startsMs].sort((one, other) => one - other)
  let first = 0
  let most = 0
  for (const [nth, at] of sorted.entries()) {
    while (at - (sorted[first] ?? at) >= 1_000) first += 1
    most = Math.max(most, nth - first + 1)
  }
  const spanMs = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return { worst: most / perSecond, average: ((sorted.length - 1) / spanMs) * (1_000 / perSecond) }
}

function report({ report }: BenchmarkOptions, what: string, hub: Judged, bullmq: Judged | undefined): void {
  const beside = (mine: number, theirs: number | undefined): Pick<Figure, 'ratio' | 'against'> =>
    theirs === undefined ? {} : { ratio: mine / theirs, against: 'BullMQ limiter' }
  const worst = { name: `pacing: ${what}: worst second / cap`, unit: 'of the cap' }
  const average = { name: `pacing: ${what}: average / cap`, unit: 'of the cap' }
  report({ ...worst, value: hub.worst, ...beside(hub.worst, bullmq?.worst) })
  report({ ...average, value: hub.average, ...beside(hub.average, bullmq?.average) })
}

function missedBy(what: string, { worst, average }: Judged): string[] {
  return [
    ...(worst <= mostInASecond ? [] : [`${what}: ${worst.toFixed(3)} of the cap in one second`]),
    ...(average >= leastAverage ? [] : [`${what}: ${average.toFixed(3)} of the cap on average`]),
  ]
}

async function runSenders(file: URL, count: number, task: SenderTask): Promise<number[]> {
  const path = fileURLToPath(file)
  const children = Array.from({ length: count }, () => fork(path, { execArgv: ['--import', 'tsx'] }))
  // They begin together, when all are there.
  await Promise.all(children.map((child) => hear<string>(child)))
  for (const child of children) child.send(task)
  const told = await Promise.all(children.map((child) => hear<{ startsMs: number[] }>(child)))
  return told.flatMap(({ startsMs }) => startsMs)
}

async function hear<T>(child: ChildProcess): Promise<T> {
  const heard = new AbortController()
  const { signal } = heard
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A sender ended with ${String(code)}`)
  })
  try {
    const [told] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T]
    return told
  } finally {
    heard.abort()
    ended.catch(() => undefined)
  }
}

async function connectNumber(databaseUrl: string): Promise<void> {
  const now = new Date()
  const db = openDatabase(databaseUrl, { poolSize: 1 })
  await db.transaction(async (tx) => {
    const shop = await saveShop(
      tx,
      {
        key: 'bench',
        name: 'Bench',
        timeZone: 'UTC',
        currency: 'EUR',
        country: 'PT',
        language: 'en',
        storeUrl: null,
        allowedOrigins: [],
        isSandbox: true,
      },
      now,
    )
    await saveNumberConnection(
      tx,
      shop.id,
      {
        appName: 'bench',
        sealedAppSecret: Buffer.from('x'),
        sealedVerifyToken: Buffer.from('x'),
        wabaMetaId: '1',
        phoneNumberMetaId: '1',
        displayPhoneNumber: '+351210000000',
        ratePerSecond: 80,
      },
      now,
    )
  })
  await db.close()
}

async function setRate(databaseUrl: string, perSecond: number): Promise<void> {
  const db = openDatabase(databaseUrl, { poolSize: 1 })
  await db.execute('update phone_numbers set rate_per_second = $1', [perSecond])
  await db.close()
}

async function fillQueue(url: string, perSecond: number, { roundMs }: BenchmarkOptions): Promise<void> {
  const { Queue } = withBackend(createRedisBackend)
  const queue = new Queue('pacing', { connection: { url } })
  await queue.obliterate({ force: true })
  const jobs = Math.ceil((perSecond * 3 * roundMs) / 1_000)
  await queue.addBulk(
    Array.from({ length: jobs }, () => ({ name: 'send', data: {}, opts: { removeOnComplete: true } })),
  )
  await queue.close()
}
