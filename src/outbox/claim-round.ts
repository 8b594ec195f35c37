import type { Clock } from '../platform/clock.ts'
import { isDatabaseAway } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { ClaimLimits } from './claim-limits.ts'
import { listDueNumbers } from './claim-store.ts'
import { startBatch, type Batch, type StartDeps } from './start-batch.ts'

export interface RoundDeps extends StartDeps {
  clock: Clock
  limits: ClaimLimits
  leaseSeconds: number
  /** So many messages may be begun now, over all numbers. */
  room: () => number
  onBatch: (numberId: number, batch: Batch) => void
  onFailure: (failure: Error) => void
}

export interface Round {
  batches: Batch[]
  /** Something may be due for which there was no room. */
  isFull: boolean
}

// Each claim holds a connection.
const numbersAtOnce = 8
// With less room than this, claims would become many and small.
const leastRoom = 200

/**
 * Rounds over the numbers that have something due, one batch of each. A number whose claim fails pauses, and the others go on; only a
 * database that is away is thrown.
 */
export function createRounds(deps: RoundDeps): () => Promise<Round> {
  let lastNumber = 0
  return async () => {
    const due = await listDueNumbers(deps.db, deps.clock.now())
    const open = due.filter((id) => deps.limits.mayClaim(id))
    const batches: Batch[] = []
    for (const numberIds of inTurn(open, lastNumber)) {
      const room = deps.room()
      if (room < leastRoom) return { batches, isFull: true }
      lastNumber = numberIds.at(-1) ?? 0
      batches.push(...(await claimAll(deps, numberIds, Math.floor(room / numberIds.length))))
    }
    return { batches, isFull: false }
  }
}

/** A few at a time, beginning behind the last that had its turn: where there is not room for all, none is left out for ever. */
function inTurn(numberIds: readonly number[], last: number): number[][] {
  const behind = numberIds.findIndex((id) => id > last)
  const turned = behind < 0 ? numberIds : [...numberIds.slice(behind), ...numberIds.slice(0, behind)]
  return Array.from({ length: Math.ceil(turned.length / numbersAtOnce) }, (_, nth) =>
    turned.slice(nth * numbersAtOnce, (nth + 1) * numbersAtOnce),
  )
}

async function claimAll(deps: RoundDeps, numberIds: readonly number[], room: number): Promise<Batch[]> {
  const ended = await Promise.allSettled(numberIds.map((id) => claim(deps, id, room)))
  const thrown = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  if (thrown.length === ended.length && thrown.every(isDatabaseAway)) throw thrown[0]
  return ended.flatMap((one, nth) => {
    if (one.status === 'fulfilled') return [one.value]
    noteFailed(deps, numberIds[nth] ?? 0, one.reason)
    return []
  })
}

async function claim(deps: RoundDeps, numberId: number, room: number): Promise<Batch> {
  const { leaseSeconds, limits } = deps
  const atMost = Math.min(room, limits.sizeOf(numberId))
  const batch = await startBatch(deps, numberId, { now: deps.clock.now(), leaseSeconds, atMost })
  limits.noteClaimed(numberId)
  deps.onBatch(numberId, batch)
  return batch
}

function noteFailed(deps: RoundDeps, numberId: number, thrown: unknown): void {
  const pauseMs = deps.limits.noteFailed(numberId)
  deps.log.error(
    { err: thrown, numberId, pauseMs },
    `A number's messages could not be claimed, and it pauses: ${describeError(thrown)}`,
  )
  deps.onFailure(thrown instanceof Error ? thrown : new Error(describeError(thrown)))
}
