import type { Clock } from '../platform/clock.ts'
import { describeError } from '../platform/errors.ts'
import { createAnswerBook } from './answer-book.ts'
import type { SettleDeps } from './apply-news.ts'
import { createClaimLimits, type Begun } from './claim-limits.ts'
import { createRounds, type Round } from './claim-round.ts'
import { aheadMs } from './pace.ts'
import { createReturns, type ReturnDeps } from './return-unsent.ts'
import { sendBatch, type SendBatchDeps } from './send-batch.ts'
import type { SlotLine } from './slot-line.ts'
import type { Batch, StartDeps } from './start-batch.ts'

export interface SendDeps extends StartDeps, SettleDeps, ReturnDeps, Pick<SendBatchDeps, 'cloudApiOf'> {
  clock: Clock
}

export interface Sender {
  /**
   * Claims one batch for each number that has something due and room for it, and begins to send. Returns how many messages that were;
   * 0: nothing is due. What is under way goes on behind it.
   */
  work(): Promise<number>
  /** Resolves when nothing is under way any more, with how many batches were; rejects with what could not be claimed or written down. */
  settled(): Promise<number>
  /** Nothing starts any more; what was stamped and not called is handed back, what was called is waited for. */
  stop(): Promise<void>
}

/**
 * Messages that are stamped and not yet answered, of all numbers together; when WhatsApp is slow, no more are claimed. The client that sends
 * has a connection for each of them: a request that waited for one would begin when its slot, and the look at the kill switch, are long past.
 */
export const mostUnderWay = 1_000

/** From the claim, in which the kill switches were looked at, a request must have begun within so long; if not, it is not made. */
export const startWithinMs = 900
// Longer than a stamped message can be without its end: the time to start (0.9 s), the time-out of a request (15 s), the patience with a
// database that is away (20 s, and 10 s for a connection that is tried last), and to write it down.
const leaseSeconds = 50
const fullWaitMs = 50
// Whoever claimed last comes a little later to the next claim, so that the others get their share of the work. A new claim begins when half
// of what lies ahead is used up: the pace does not suffer.
const yieldMs = 20

export function createSender(deps: SendDeps): Sender {
  const answers = createAnswerBook(deps)
  const returns = createReturns(deps)
  const limits = createClaimLimits()
  const underWay = new Set<Promise<void>>()
  const lines = new Set<SlotLine>()
  let calls = 0
  let stopped = false
  let claimedLast = false
  let failure: Error | undefined
  const runBatch = async (numberId: number, { started, line, lockedMs }: Batch): Promise<void> => {
    if (line === undefined) return
    lines.add(line)
    calls += started.length
    const onEnded = (count: number): void => void (calls -= count)
    const onBegun = (begun: Begun): void => limits.noteBegun(numberId, begun)
    const byMs = lockedMs + startWithinMs
    await sendBatch({ ...deps, answers, returns }, { started, line, byMs, onEnded, onBegun }).catch(
      (thrown: unknown) =>
        deps.log.error({ err: thrown }, `A batch of messages was not ended well: ${describeError(thrown)}`),
    )
    lines.delete(line)
  }
  const claimRound = createRounds({
    ...deps,
    limits,
    leaseSeconds,
    room: () => mostUnderWay - calls,
    onBatch: (numberId, batch) => {
      const tracked = runBatch(numberId, batch).finally(() => underWay.delete(tracked))
      underWay.add(tracked)
    },
    onFailure: (thrown) => (failure ??= thrown),
  })
  return {
    work: async () => {
      if (stopped) return 0
      answers.check()
      const round = await claimRound()
      const claimed = round.batches.reduce((sum, batch) => sum + batch.claimed, 0)
      const wait = claimed > 0 ? undefined : waitOf(round, claimedLast)
      claimedLast = claimed > 0
      if (wait === undefined) return claimed
      await new Promise((resolve) => setTimeout(resolve, wait))
      return 1
    },
    settled: async () => {
      let batches = 0
      while (underWay.size > 0 || answers.isOpen() || returns.isOpen()) {
        batches += Math.max(1, underWay.size)
        await Promise.all([...underWay, returns.written()])
        await answers.written()
      }
      answers.check()
      const thrown = failure
      failure = undefined
      if (thrown !== undefined) throw thrown
      return batches
    },
    stop: async () => {
      stopped = true
      for (const line of lines) line.close()
      await Promise.all([...underWay])
      await answers.written().catch(() => undefined)
    },
  }
}

/** Where all that is due waits for the pace or for answers, and it is not long: one more look is worth it, sooner than the next sweep. */
function waitOf({ batches, isFull }: Round, claimedLast: boolean): number | undefined {
  const waitsMs = batches.flatMap(({ waitMs }) => (waitMs > 0 ? [waitMs] : []))
  const soonestMs = Math.min(...waitsMs, isFull ? fullWaitMs : Infinity)
  if (soonestMs > aheadMs) return undefined
  return claimedLast && soonestMs >= yieldMs ? soonestMs + yieldMs : soonestMs
}

/** One batch of each number that has something due, from claiming to what came of it. Returns how many messages were dealt with. */
export async function sendDue(deps: SendDeps): Promise<number> {
  const sender = createSender(deps)
  const claimed = await sender.work()
  await sender.settled()
  return claimed
}
