import { openDatabase } from '../../src/platform/database.ts'
import { startBenchServer } from '../support/bench-database.ts'
import { median, quantile, type Benchmark, type BenchmarkOptions } from '../support/benchmark.ts'
import { startChildServer, type ChildServer } from '../support/child-server.ts'
import { loadAtRate, loadFlatOut, type LoadResult } from '../support/load.ts'
import { createDeliveries } from './deliveries.ts'

const rounds = 5
const connections = 64
const warmUpMs = 1_500
const openLoop = { perSecond: 3_000, forMs: 10_000 }
const leastRatio = 8
const stockedForARound = 100_000

const deliveries = createDeliveries()

/**
 * Webhooks verified and durably stored, through the hub's door and through a plain handler: both on one PostgreSQL, in rounds that
 * take turns, so that whatever else the machine does hits both.
 */
export const intakeBenchmark: Benchmark = async (options) => {
  await using postgres = await startBenchServer()
  const hubUrl = await postgres.createDatabase('bench_hub')
  const hub = await startChildServer(new URL('./hub-server.ts', import.meta.url), hubUrl)
  const plain = await startChildServer(
    new URL('./plain-server.ts', import.meta.url),
    await postgres.createDatabase('bench_plain'),
  )
  try {
    const acknowledged: string[] = []
    const ratio = await compareFlatOut(options, { hub, plain }, acknowledged)
    await runOpenLoop(options, hub, acknowledged)
    const lost = await countLost(hubUrl, acknowledged)
    options.report({ name: 'intake: acknowledged', value: acknowledged.length, unit: 'deliveries' })
    options.report({ name: 'intake: acknowledged and lost', value: lost, unit: 'deliveries' })
    return [
      ...(ratio >= leastRatio
        ? []
        : [`the hub takes ${ratio.toFixed(1)} times the plain handler's, not ${leastRatio}`]),
      ...(lost === 0 ? [] : [`${lost} acknowledged deliveries are not in the table`]),
    ]
  } finally {
    await Promise.all([hub.stop(), plain.stop()])
  }
}

interface Round {
  perSecond: number
  cpuUsEach: number
  errors: number
}

async function compareFlatOut(
  { roundMs, report }: BenchmarkOptions,
  { hub, plain }: { hub: ChildServer; plain: ChildServer },
  acknowledged: string[],
): Promise<number> {
  const shoot = (server: ChildServer, forMs: number): Promise<LoadResult> =>
    loadFlatOut({ port: server.port, connections, forMs, next: deliveries.next })
  for (const server of [hub, plain]) await shoot(server, warmUpMs)
  const ofHub: Round[] = []
  const ofPlain: Round[] = []
  for (let round = 0; round < rounds; round++) {
    ofHub.push(
      await measure(hub, async () => {
        const result = await shoot(hub, roundMs)
        for (const id of result.acknowledged) acknowledged.push(id)
        return result
      }),
    )
    ofPlain.push(await measure(plain, () => shoot(plain, roundMs)))
  }
  const against = 'Express + Prisma create'
  const middle = (of: Round[], what: keyof Round): number => median(of.map((round) => round[what]))
  // Of each pair of neighbours, for the machine may be another one a few rounds later.
  const ratio = median(ofHub.map((round, at) => round.perSecond / (ofPlain[at]?.perSecond ?? NaN)))
  report({ name: 'intake: flat out', value: middle(ofHub, 'perSecond'), unit: 'requests/s', ratio, against })
  report({ name: `intake: ${against}, flat out`, value: middle(ofPlain, 'perSecond'), unit: 'requests/s' })
  report({
    name: 'intake: CPU of the process',
    value: middle(ofHub, 'cpuUsEach'),
    unit: 'us/request',
    ratio: middle(ofHub, 'cpuUsEach') / middle(ofPlain, 'cpuUsEach'),
    against,
  })
  const errors = ofHub.reduce((sum, round) => sum + round.errors, 0)
  report({ name: 'intake: flat out, errors', value: errors, unit: 'requests' })
  return ratio
}

async function measure(server: ChildServer, run: () => Promise<LoadResult>): Promise<Round> {
  deliveries.stock(stockedForARound)
  const cpuBeforeMs = await server.cpuMs()
  const { elapsedMs, latenciesMs, errors } = await run()
  const cpuMs = (await server.cpuMs()) - cpuBeforeMs
  return {
    perSecond: (latenciesMs.length * 1_000) / elapsedMs,
    cpuUsEach: (cpuMs * 1_000) / latenciesMs.length,
    errors,
  }
}

async function runOpenLoop(
  { report }: BenchmarkOptions,
  hub: ChildServer,
  acknowledged: string[],
): Promise<void> {
  const result = await loadAtRate({ port: hub.port, connections, next: deliveries.next, ...openLoop })
  for (const id of result.acknowledged) acknowledged.push(id)
  const name = `intake: open loop at ${openLoop.perSecond}/s`
  report({ name: `${name}, p50`, value: quantile(result.latenciesMs, 0.5), unit: 'ms' })
  report({ name: `${name}, p99`, value: quantile(result.latenciesMs, 0.99), unit: 'ms' })
  report({ name: `${name}, errors`, value: result.errors, unit: 'requests' })
}

async function countLost(databaseUrl: string, acknowledged: readonly string[]): Promise<number> {
  const db = openDatabase(databaseUrl, { poolSize: 1 })
  try {
    const rows = await db.query<{ id: string }>(
      `select substring(convert_from(body, 'UTF8') from 'wamid\\.[0-9]+') as id from inbox_deliveries`,
    )
    const stored = new Set(rows.map(({ id }) => id))
    return acknowledged.filter((id) => !stored.has(id)).length
  } finally {
    await db.close()
  }
}
