import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/platform/database.ts'
import { quantile, type Benchmark, type BenchmarkOptions } from '../support/benchmark.ts'
import { countWaiting, openStage, reserveMessages, type HubStage } from '../support/hub-stage.ts'
import { until, usageOf, postgresCpuSeconds, endProcess } from '../support/processes.ts'

/** What WhatsApp lets the number send, and what the hub sends of it. */
const throughput = 1_000
const perSecond = Number(process.env.BENCH_PIPELINE_RATE ?? throughput)
const workerCount = Number(process.env.BENCH_PIPELINE_WORKERS ?? '2')
const batchSizes = (process.env.BENCH_PIPELINE_BATCHES ?? '20,1').split(',').map(Number)
const seconds = Number(process.env.BENCH_PIPELINE_SECONDS ?? '180')
const warmUpSeconds = Math.min(10, seconds / 4)
const sampleEveryMs = 5_000
const isVerbose = process.env.BENCH_VERBOSE !== undefined

/**
 * A campaign to as many people as go in the time, through everything: claimed, checked, stamped, sent to the played WhatsApp (40 ms to an
 * answer), and three statuses each verified, stored and applied; once with 20 statuses to a delivery, once with one.
 */
export const pipelineBenchmark: Benchmark = async (options) => {
  const missed: string[] = []
  for (const batchSize of batchSizes) missed.push(...(await runOnce(options, batchSize)))
  return missed
}

interface Sample {
  atMs: number
  accepted: number
  cpu: Readonly<Record<string, number>>
  /** Of the largest process of each. */
  megabytes: Readonly<Record<string, number>>
  /** What waits: webhooks at the sandbox, deliveries and events here. */
  queued: number
}

async function runOnce({ report }: BenchmarkOptions, batchSize: number): Promise<string[]> {
  await using stage = await openStage({
    perSecond: throughput,
    sandbox: {
      SANDBOX_ANSWER_DELAY_MS: '40',
      SANDBOX_BATCH_SIZE: String(batchSize),
      SANDBOX_BATCH_WAIT_MS: batchSize > 1 ? '50' : '0',
      SANDBOX_WEBHOOK_CONCURRENCY: '32',
      SANDBOX_KEEP_MESSAGES: '20000',
    },
  })
  const web = stage.startRole('web')
  const workers = Array.from({ length: workerCount }, () => stage.startRole('worker'))
  await until('the hub is ready', 60_000, stage.webIsReady)
  const count = perSecond * (seconds + warmUpSeconds)
  await reserveMessages(stage, count)
  // Only now: at its start the hub asks WhatsApp for the rate.
  await stage.db.execute('update phone_numbers set rate_per_second = $1', [perSecond])
  const processes = { web: [web], workers, sandbox: [stage.sandbox] }
  await stage.db.execute('update shops set sending_stopped_at = null')
  await sleep(warmUpSeconds * 1_000)
  const samples = await watch(stage, processes)
  const missed = await judge(stage, report, { batchSize, samples })
  await Promise.all(workers.map((worker) => endProcess(worker, 'SIGTERM')))
  await endProcess(web, 'SIGTERM')
  return missed
}

type Processes = Readonly<Record<string, readonly ChildProcess[]>>

async function watch(stage: HubStage, processes: Processes): Promise<Sample[]> {
  const samples: Sample[] = []
  const endMs = performance.now() + seconds * 1_000
  for (;;) {
    samples.push(await takeSample(stage, processes))
    if (isVerbose) console.error(JSON.stringify(samples.at(-1)))
    if (performance.now() >= endMs || (await countWaiting(stage.db)) === 0) return samples
    await sleep(Math.min(sampleEveryMs, Math.max(1, endMs - performance.now())))
  }
}

async function takeSample(stage: HubStage, processes: Processes): Promise<Sample> {
  const traffic = await stage.control<{ accepted: number; webhooks: { waiting: number } }>('/traffic')
  const usages = Object.entries(processes).map(([name, own]) => {
    const each = own.map(({ pid }) => usageOf(pid ?? 0))
    const cpuSeconds = each.reduce((sum, usage) => sum + usage.cpuSeconds, 0)
    return [name, { cpuSeconds, megabytes: Math.max(...each.map((usage) => usage.megabytes)) }] as const
  })
  const postgres = postgresCpuSeconds(stage.postgres.folder)
  return {
    atMs: performance.now(),
    accepted: traffic.accepted,
    cpu: { ...Object.fromEntries(usages.map(([name, { cpuSeconds }]) => [name, cpuSeconds])), postgres },
    megabytes: Object.fromEntries(usages.map(([name, { megabytes }]) => [name, megabytes])),
    queued: traffic.webhooks.waiting + (await countQueued(stage.db)),
  }
}

async function countQueued(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `select (select count(*) from inbox_deliveries where state = 'received')
       + (select count(*) from inbox_events where state in ('waiting', 'retry')) as n`,
  )
  return row?.n ?? 0
}

async function judge(
  stage: HubStage,
  report: BenchmarkOptions['report'],
  { batchSize, samples }: { batchSize: number; samples: readonly Sample[] },
): Promise<string[]> {
  const what = `pipeline at ${perSecond}/s, ${batchSize === 1 ? 'one status' : `${batchSize} statuses`} to a delivery`
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) throw new Error('Nothing was measured.')
  const sent = last.accepted - first.accepted
  const elapsedSeconds = (last.atMs - first.atMs) / 1_000
  report({ name: `${what}: sent`, value: sent / elapsedSeconds, unit: 'messages/s' })
  for (const [name, cpu] of Object.entries(last.cpu)) {
    const used = ((cpu - (first.cpu[name] ?? 0)) / sent) * 1e6
    report({ name: `${what}: CPU of ${name}`, value: used, unit: 'µs/message' })
  }
  for (const name of Object.keys(last.megabytes))
    report({
      name: `${what}: memory of ${name}, at most`,
      value: Math.max(...samples.map(({ megabytes }) => megabytes[name] ?? 0)),
      unit: 'MB',
    })
  report({
    name: `${what}: waiting, half-way`,
    value: samples[samples.length >> 1]?.queued ?? 0,
    unit: 'updates',
  })
  report({ name: `${what}: waiting, at the end`, value: last.queued, unit: 'updates' })
  await reportLatency(stage.db, report, what)
  const traffic = await stage.control<{ worstSecond: number; templatesTwice: { count: number } }>('/traffic')
  report({ name: `${what}: worst second at WhatsApp`, value: traffic.worstSecond, unit: 'messages' })
  const drainedMs = await drain(stage)
  report({ name: `${what}: all applied after`, value: drainedMs / 1_000, unit: 's' })
  return checkCounts(stage, what, traffic.templatesTwice.count)
}

/** From the door to the commit in which a status was applied, of the last hundred thousand. */
async function reportLatency(db: Database, report: BenchmarkOptions['report'], what: string): Promise<void> {
  const rows = await db.query<{ ms: number }>(
    `select extract(epoch from pg_xact_commit_timestamp(xmin) - received_at)::float8 * 1000 as ms from (
       select xmin, received_at from inbox_events where kind = 'status' and state = 'done' order by id desc limit 100000) event`,
  )
  const latencies = rows.map(({ ms }) => ms)
  report({ name: `${what}: received to applied, p50`, value: quantile(latencies, 0.5), unit: 'ms' })
  report({ name: `${what}: received to applied, p99`, value: quantile(latencies, 0.99), unit: 'ms' })
}

async function drain(stage: HubStage): Promise<number> {
  await stage.db.execute(`update shops set sending_stopped_at = clock_timestamp()`)
  return until('everything is applied', 300_000, async () => {
    const traffic = await stage.control<{ webhooks: { waiting: number } }>('/traffic')
    const [open] = await stage.db.query<{ n: number }>(
      `select count(*) as n from messages where state in ('sending', 'uncertain')`,
    )
    return traffic.webhooks.waiting === 0 && (await countQueued(stage.db)) === 0 && open?.n === 0
  })
}

async function checkCounts(stage: HubStage, what: string, twice: number): Promise<string[]> {
  const { accepted } = await stage.control<{ accepted: number }>('/traffic')
  const [row] = await stage.db.query<{ read: number; other: number }>(
    `select count(*) filter (where state = 'read') as read,
       count(*) filter (where state not in ('read', 'delivered', 'waiting')) as other from messages where purpose = 'campaign'`,
  )
  return [
    ...(twice === 0 ? [] : [`${what}: ${twice} people were sent the message twice`]),
    ...(row?.read === accepted
      ? []
      : [`${what}: ${accepted} were sent, and ${row?.read ?? 0} are known as read`]),
    ...(row?.other === 0 ? [] : [`${what}: ${row?.other ?? 0} messages have another state`]),
  ]
}
