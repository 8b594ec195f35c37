import { monotonicMs } from '../../src/platform/clock.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { median, type Benchmark, type BenchmarkOptions } from '../support/benchmark.ts'
import { barePlans } from './bare-sql.ts'
import { timeLoop, type Candidate } from './candidate-loop.ts'
import { countCapViolations } from './caps-store.ts'
import { withPeakMemory } from './memory.ts'
import { planCases, type PlanCase } from './plan-cases.ts'
import { openPlanDatabase } from './plan-database.ts'
import { planAll } from './planner.ts'
import { markEnd, restore, switchOn } from './restore-store.ts'

const loopSample = 300
const gates = { timesTheLoop: 50, timesTheBareSql: 2, memoryMb: 300 }

/**
 * What becomes of a day's news and of the daily run: planning and arbitration, beside one bare statement and a loop, in one database and in
 * turns. BENCH_SCALE 1 (default) is a million people, 0.02 what CI takes; BENCH_RUNS how often each is done.
 */
export const planBenchmark: Benchmark = async ({ report }) => {
  const scale = numberOf('BENCH_SCALE', 1)
  const runs = numberOf('BENCH_RUNS', 5)
  const chosen = process.env.BENCH_CASE
  await using postgres = await openPlanDatabase(scale, process.env.BENCH_KEEP)
  const db = openDatabase(postgres.url)
  try {
    await db.execute(barePlans)
    await markEnd(db)
    const missed: string[] = []
    for (const one of planCases) {
      if (chosen !== undefined && !one.name.startsWith(chosen)) continue
      missed.push(...(await measureCase({ db, runs, report, isFull: scale >= 1 }, one)))
    }
    await restore(db)
    return missed
  } finally {
    await db.close()
  }
}

function numberOf(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0.`)
  return value
}

interface Measuring {
  db: Database
  runs: number
  report: BenchmarkOptions['report']
  /** At a small size the fixed costs of a plan weigh as much as its rows, and ratios say nothing. */
  isFull: boolean
}

interface Round {
  planMs: number
  bareMs: number
  loopMs: number
  memoryMb: number
}

async function measureCase(measuring: Measuring, one: PlanCase): Promise<string[]> {
  const { db, report } = measuring
  const candidates = await db.query<Candidate>(
    `with c as materialized (${one.candidatesSql}) select * from c order by bench.u(person_id, 99), occasion_id limit ${loopSample}`,
  )
  const [expected] = await db.query<{ count: number }>(
    `select count(*) as count from (${one.candidatesSql}) c`,
  )
  const counts = { expected: expected?.count ?? NaN, written: NaN, reserved: 0, bare: 0, violations: 0 }
  const rounds: Round[] = []
  for (let round = 0; round < measuring.runs; round++) {
    await restore(db)
    const bare = await timed(() => db.execute(one.bareSql))
    counts.bare = bare.result
    await restore(db)
    const loopEachMs = await timeLoop(db, candidates, one.now)
    await restore(db)
    await switchOn(db, one.kinds, one.onSince)
    const plan = await withPeakMemory(() => timed(() => planAll(db, one)))
    const [row] = await db.query<{ count: number }>(one.writtenSql)
    counts.written = row?.count ?? NaN
    counts.reserved = await countReserved(db)
    counts.violations += await countCapViolations(db)
    rounds.push({
      planMs: plan.result.ms,
      bareMs: bare.ms,
      loopMs: loopEachMs * counts.expected,
      memoryMb: plan.peakMb,
    })
    if (process.env.BENCH_VERBOSE !== undefined) console.error(one.name, rounds.at(-1), counts)
  }
  reportCase(report, one, { rounds, counts })
  return findMissed(measuring, one, { rounds, counts })
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const beganMs = monotonicMs()
  const result = await work()
  return { result, ms: monotonicMs() - beganMs }
}

async function countReserved(db: Database): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) as count from messages where id > (select last_id from bench.ends where name = 'messages') and counted_at is not null`,
  )
  return row?.count ?? NaN
}

interface Outcome {
  rounds: readonly Round[]
  counts: { expected: number; written: number; reserved: number; bare: number; violations: number }
}

// Of each round, for the machine may be another one a few rounds later.
const ratioTo = (rounds: readonly Round[], what: 'bareMs' | 'loopMs'): number =>
  median(rounds.map((round) => round.planMs / round[what]))

function reportCase(report: BenchmarkOptions['report'], one: PlanCase, { rounds, counts }: Outcome): void {
  const name = `plan: ${one.name}`
  const middle = (what: keyof Round): number => median(rounds.map((round) => round[what]))
  report({ name, value: middle('planMs'), unit: 'ms', ratio: ratioTo(rounds, 'bareMs'), against: 'bare SQL' })
  report({ name: `${name}, bare SQL`, value: middle('bareMs'), unit: 'ms' })
  report({
    name: `${name}, a loop per candidate (${loopSample} of them, extrapolated)`,
    value: middle('loopMs'),
    unit: 'ms',
    ratio: 1 / ratioTo(rounds, 'loopMs'),
    against: 'the planner',
  })
  report({ name: `${name}, goal`, value: one.goalMs, unit: 'ms' })
  report({ name: `${name}, candidacies`, value: counts.written, unit: 'rows' })
  report({ name: `${name}, messages reserved`, value: counts.reserved, unit: 'messages' })
  report({ name: `${name}, bare SQL's plans`, value: counts.bare, unit: 'rows' })
  report({ name: `${name}, cap violations`, value: counts.violations, unit: 'messages' })
  report({ name: `${name}, peak memory`, value: peakOf(rounds), unit: 'MB' })
}

const peakOf = (rounds: readonly Round[]): number => Math.max(...rounds.map((round) => round.memoryMb))

function findMissed({ isFull }: Measuring, one: PlanCase, { rounds, counts }: Outcome): string[] {
  const missed: string[] = []
  const gate = (isMet: boolean, sentence: string): void => {
    if (!isMet) missed.push(`${one.name}: ${sentence}`)
  }
  gate(
    counts.written === counts.expected,
    `${counts.written} candidacies were written for ${counts.expected} reasons to tell somebody`,
  )
  gate(counts.reserved > 0, 'no message was reserved')
  gate(counts.violations === 0, `${counts.violations} messages break a cap`)
  gate(peakOf(rounds) < gates.memoryMb, `${peakOf(rounds).toFixed(0)} MB of memory, not ${gates.memoryMb}`)
  if (!isFull) return missed
  const faster = 1 / ratioTo(rounds, 'loopMs')
  const slower = ratioTo(rounds, 'bareMs')
  gate(
    faster >= gates.timesTheLoop,
    `${faster.toFixed(0)} times as fast as a loop, not ${gates.timesTheLoop}`,
  )
  gate(
    slower <= gates.timesTheBareSql,
    `${slower.toFixed(1)} times the bare SQL, not ${gates.timesTheBareSql}`,
  )
  return missed
}
