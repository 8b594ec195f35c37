import { median, quantile, type Benchmark, type BenchmarkOptions } from '../support/benchmark.ts'
import { killUnderLoad, type KillReport } from './kill-under-load.ts'

const kills = Number(process.env.BENCH_KILLS ?? '100')
const perSecond = 1_000

/** Nothing lost and nothing sent twice, however often the processes are killed; once with all statuses, once with a tenth of them dropped. */
export const crashBenchmark: Benchmark = async ({ report }) => {
  const missed: string[] = []
  for (const droppedBps of [0, 1_000]) {
    // Enough to send all the time: a kill and what follows take a few seconds.
    const plan = { kills, messages: Math.max(5_000, kills * 1_600), perSecond, droppedBps }
    const what = droppedBps === 0 ? 'crash' : 'crash, a tenth of the statuses dropped'
    missed.push(...judge(what, await killUnderLoad(plan), { report, droppedBps }))
  }
  return missed
}

function judge(
  what: string,
  told: KillReport,
  { report, droppedBps }: { report: BenchmarkOptions['report']; droppedBps: number },
): string[] {
  const figures: [string, number, string][] = [
    ['kill -9', told.kills, 'times'],
    ['sent meanwhile', told.sentPerSecond, 'messages/s'],
    ['lost', told.lost, 'messages'],
    ['sent twice', told.twice, 'messages'],
    ['taken by WhatsApp', told.accepted, 'messages'],
    ['known as sent', told.knownAsSent, 'messages'],
    ['never answered, settled by a status', told.uncertain.settledByStatus, 'messages'],
    ['given up, settled by a late answer', told.uncertain.settledByAnswer, 'messages'],
    ['never answered, ended as outcome_unknown', told.uncertain.outcomeUnknown, 'messages'],
    ['of these, taken by WhatsApp', told.unknownButTaken, 'messages'],
    ['from the start of the new process to work, median', median(told.recoverMs), 'ms'],
    ['from the start of the new process to work, at most', quantile(told.recoverMs, 1), 'ms'],
    ['from the last kill until all had its end', told.settleMs / 1_000, 's'],
  ]
  for (const [name, value, unit] of figures) report({ name: `${what}: ${name}`, value, unit })
  return [
    ...(told.lost === 0 ? [] : [`${what}: ${told.lost} messages have no end`]),
    ...(told.twice === 0 ? [] : [`${what}: ${told.twice} messages were sent twice`]),
    ...(droppedBps > 0 || told.unknownButTaken === 0
      ? []
      : [`${what}: ${told.unknownButTaken} messages were taken and are not known as sent`]),
  ]
}
