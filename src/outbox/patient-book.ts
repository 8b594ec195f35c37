import { monotonicMs } from '../platform/clock.ts'
import { isDatabaseAway } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'

/** Writes down what it is given, a moment's worth at a time, and waits for a database that is away. */
export interface PatientBook<Entry> {
  /** Resolves when they are written down, or could not be. */
  write(entries: readonly Entry[]): Promise<void>
  isOpen(): boolean
  /** Resolves when all that was given is written down, or could not be. */
  written(): Promise<void>
}

export interface BookDeps<Entry> {
  log: Logger
  /** Asked again with the same entries after the database was away: doing it twice must change nothing. */
  save: (entries: readonly Entry[]) => Promise<void>
  onFailure: (failure: Error) => void
  /** So long entries are gathered; in a stream of them, so long lies between two savings. */
  soonMs: number
  betweenMs: number
  /** For the log: "The answers of WhatsApp". */
  what: string
}

/** While the database is away (a restart), entries wait for so long; one more try may begin just before that, and take as long to connect. */
export const patienceMs = 20_000

const pauseMs = 500
const fewEntries = 8
const largest = 200

export function createPatientBook<Entry>(deps: BookDeps<Entry>): PatientBook<Entry> {
  const waiting: { entry: Entry; untilMs: number }[] = []
  const writing = new Set<Promise<void>>()
  let next: Promise<void> | undefined
  let last = { atMs: -Infinity, entries: 0 }
  const saveSome = async (): Promise<void> => {
    const some = waiting.splice(0, largest)
    const untilMs = some[0]?.untilMs ?? 0
    const entries = some.map(({ entry }) => entry)
    const failure = await savePatiently(deps, entries, untilMs)
    if (failure === undefined) return
    deps.onFailure(failure)
    // Each of the others would wait for a connection once more, after its time.
    if (isDatabaseAway(failure))
      while (waiting[0] !== undefined && waiting[0].untilMs < monotonicMs()) waiting.shift()
  }
  const saveAll = async (): Promise<void> => {
    const isStream = last.entries > fewEntries
    const waitMs = Math.max(deps.soonMs, isStream ? last.atMs + deps.betweenMs - monotonicMs() : 0)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    next = undefined
    last = { atMs: monotonicMs(), entries: waiting.length }
    while (waiting.length > 0) await saveSome()
  }
  const begin = (): Promise<void> => {
    const one = saveAll().finally(() => writing.delete(one))
    writing.add(one)
    return one
  }
  return {
    write: (entries) => {
      const untilMs = monotonicMs() + patienceMs
      waiting.push(...entries.map((entry) => ({ entry, untilMs })))
      return (next ??= begin())
    },
    isOpen: () => writing.size > 0,
    written: async () => {
      while (writing.size > 0) await Promise.all([...writing])
    },
  }
}

/** Returns what kept them from being saved. */
async function savePatiently<Entry>(
  { save, log, what }: BookDeps<Entry>,
  entries: readonly Entry[],
  untilMs: number,
): Promise<Error | undefined> {
  for (;;) {
    try {
      await save(entries)
      return undefined
    } catch (thrown) {
      if (!isDatabaseAway(thrown) || monotonicMs() > untilMs)
        return thrown instanceof Error ? thrown : new Error(describeError(thrown))
      log.warn({ count: entries.length }, `${what} wait for the database: ${describeError(thrown)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
