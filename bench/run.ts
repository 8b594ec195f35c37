import { crashBenchmark } from './crash/benchmark.ts'
import { intakeBenchmark } from './intake/benchmark.ts'
import { pacingBenchmark } from './pacing/benchmark.ts'
import { pipelineBenchmark } from './pipeline/benchmark.ts'
import { planBenchmark } from './plan/benchmark.ts'
import { printFigure, type Benchmark } from './support/benchmark.ts'

// npm run bench -- <name>: prints one JSON line a figure, and ends with 1 when a gate is not met.

const benchmarks: Record<string, Benchmark> = {
  intake: intakeBenchmark,
  plan: planBenchmark,
  pacing: pacingBenchmark,
  crash: crashBenchmark,
  pipeline: pipelineBenchmark,
}

// Processes that have just started miss slots for a second or two; a pace is what comes after it too.
const roundSeconds: Record<string, number> = { pacing: 15 }

const name = process.argv[2] ?? ''
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
if (benchmark === undefined) {
  console.error(`Which one? npm run bench -- ${Object.keys(benchmarks).join(' | ')}`)
  process.exitCode = 2
} else {
  const seconds = Number(process.env.BENCH_SECONDS ?? roundSeconds[name] ?? 4)
  if (!(seconds >= 1 && seconds <= 60)) throw new Error('BENCH_SECONDS is the length of a round: 1 to 60.')
  const missed = await benchmark({ roundMs: seconds * 1_000, report: printFigure })
  for (const gate of missed) console.error(`Missed: ${gate}`)
  process.exitCode = missed.length === 0 ? 0 : 1
}
