import { schedule as cronSchedule, type ScheduledTask } from 'node-cron'
import { monotonicMs, type Clock } from './clock.ts'
import type { Database } from './database.ts'
import { describeError } from './errors.ts'
import type { Logger } from './log.ts'
import { slotsBetween, type Every } from './slots.ts'
import {
  findUnfinishedTicks,
  forgetTicks,
  loadNewestSlots,
  markFinished,
  markStarted,
  recordTicks,
  withTickLock,
  type Tick,
} from './tick-store.ts'

export interface Job {
  /** Stable: it stands in the rows. */
  job: string
  every: Every
  /** Where a shop has a time of its own. */
  everyOf?: (shopId: number) => Promise<Every>
  /** Once for each shop, in its zone; or once for the installation, in UTC, with shopId 0. */
  per: 'shop' | 'installation'
  /** How late a slot may be run (more than 0). What is older was missed, and stays so. */
  catchUpHours: number
  run: (slot: Date, shopId: number) => Promise<void>
}

export interface Schedule {
  register(job: Job): void
  /** Records the slots that are due and runs what nobody has finished, of all jobs or only these; returns how many it ran. */
  beat(only?: readonly string[]): Promise<number>
  start(): void
  /** Waits for the run in hand. */
  stop(): Promise<void>
}

interface Deps {
  db: Database
  clock: Clock
  log: Logger
  shops: () => Promise<{ id: number; timeZone: string }[]>
}

const hourMs = 3_600_000
const keptDays = 60
const installation = { id: 0, timeZone: 'UTC' }

/**
 * A tick is a row, made once however many schedulers beat, and run by whoever holds its lock; one that a killed process left
 * unfinished is run again. A run that fails is recorded with its error and not repeated: the next slot is the next try.
 */
export function createSchedule(deps: Deps): Schedule {
  const jobs = new Map<string, Job>()
  let beating: Promise<number> | undefined
  let task: ScheduledTask | undefined
  let stopping = false

  let forgetAtMs = 0
  const forgetOld = async (): Promise<void> => {
    if (monotonicMs() < forgetAtMs) return
    forgetAtMs = monotonicMs() + hourMs
    await forgetTicks(deps.db, new Date(deps.clock.now().getTime() - keptDays * 24 * hourMs))
  }
  const beatOnce = async (only: readonly string[]): Promise<number> => {
    const subjects = await deps.shops()
    for (const job of [...jobs.values()].filter(({ job: name }) => only.includes(name)))
      await recordDue(deps, job, job.per === 'shop' ? subjects : [installation])
    let ran = 0
    for (const tick of await findUnfinishedTicks(deps.db, only)) {
      const job = jobs.get(tick.job)
      if (job === undefined || stopping) continue
      if (await withTickLock(deps.db, tick, () => runTick(deps, job, tick))) ran += 1
    }
    await forgetOld()
    return ran
  }
  const beat = (only: readonly string[] = [...jobs.keys()]): Promise<number> => {
    // Beats of one process do not overlap: what comes due during a long run is found by the next one.
    beating ??= beatOnce(only).finally(() => (beating = undefined))
    return beating
  }
  return {
    register: (job) => {
      jobs.set(job.job, job)
    },
    beat,
    start: () => {
      task = cronSchedule('*/10 * * * * *', () => beatQuietly(beat, deps.log), {
        suppressMissedWarning: true,
      })
      void beatQuietly(beat, deps.log)
    },
    stop: async () => {
      stopping = true
      await task?.destroy()
      await beating?.catch(() => undefined)
    },
  }
}

async function beatQuietly(beat: () => Promise<number>, log: Logger): Promise<void> {
  try {
    await beat()
  } catch (thrown) {
    log.error(
      { err: thrown },
      `A beat of the schedule failed; the next one looks again: ${describeError(thrown)}`,
    )
  }
}

async function recordDue(
  { db, clock }: Deps,
  job: Job,
  subjects: readonly { id: number; timeZone: string }[],
): Promise<void> {
  const now = clock.now()
  const limit = now.getTime() - job.catchUpHours * hourMs
  const newest = await loadNewestSlots(
    db,
    job.job,
    subjects.map((subject) => subject.id),
  )
  const own = new Map<number, Every>()
  if (job.everyOf !== undefined) for (const { id } of subjects) own.set(id, await job.everyOf(id))
  const due = subjects.flatMap(({ id, timeZone }) => {
    const last = newest.get(id)
    const after = new Date(Math.max(limit, last?.getTime() ?? 0))
    const slots = slotsBetween(own.get(id) ?? job.every, timeZone, after, now)
    // A shop or a job that is new has missed nothing: it begins with the slot that is current.
    const wanted = last === undefined ? slots.slice(-1) : slots
    return wanted.map((slot) => ({ shopId: id, slot }))
  })
  await recordTicks(db, job.job, due, now)
}

async function runTick({ db, clock, log }: Deps, job: Job, tick: Tick): Promise<void> {
  const now = clock.now()
  if (tick.slot.getTime() < now.getTime() - job.catchUpHours * hourMs) {
    await markFinished(db, tick.id, now, 'missed: too late to be made up for')
    return
  }
  await markStarted(db, tick.id, now)
  const error = await job.run(tick.slot, tick.shopId).then(
    () => null,
    (thrown: unknown) => {
      log.error(
        { job: job.job, shopId: tick.shopId, slot: tick.slot, err: thrown },
        `The scheduled job ${job.job} failed`,
      )
      return describeError(thrown)
    },
  )
  await markFinished(db, tick.id, clock.now(), error)
}
