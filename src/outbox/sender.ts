import type { CloudApi, SendResult } from '../connectors/meta/cloud-api.ts'
import { monotonicMs, type Clock } from '../platform/clock.ts'
import { describeError } from '../platform/errors.ts'
import type { SettleDeps } from './apply-news.ts'
import { createAnswerBook, type AnswerBook } from './answer-book.ts'
import { listDueNumbers } from './claim-store.ts'
import { groupBy } from './group-by.ts'
import { returnUnsent } from './return-unsent.ts'
import type { SlotLine } from './slot-line.ts'
import { startBatch, type Batch, type StartDeps, type Started } from './start-batch.ts'

export interface SendDeps extends StartDeps, SettleDeps {
  clock: Clock
  /** The Cloud API with the token of a shop. */
  cloudApiOf: (shopId: number) => Promise<Pick<CloudApi, 'send'>>
  /** Runs in the transaction in which messages that were never called are handed back, before they may be claimed again. */
  onHandedBack?: (tx: Parameters<StartDeps['onChanged']>[0], messageIds: readonly number[]) => Promise<void>
}

export interface Sender {
  /**
   * Claims one batch for each number that has something due and room for it, and begins to send. Returns how many messages that were;
   * 0: nothing is due. What is under way goes on behind it.
   */
  work(): Promise<number>
  /** Resolves when nothing is under way any more, with how many batches were; rejects with what could not be written down. */
  settled(): Promise<number>
  /** Nothing starts any more; what was stamped and not called is handed back, what was called is waited for. */
  stop(): Promise<void>
}

// From the claim, in which the kill switches were looked at, a request must have begun within so long; if not, it is not made.
const startWithinMs = 700
// The longest that a stamped message can be without an answer: the time to start, the time-out of a request, and to write it down.
const leaseSeconds = 30
// So many requests without an answer at once; when WhatsApp is slow, no more are begun.
const mostUnderWay = 1_000
const longestWaitMs = 150
// Each claim holds a connection.
const numbersAtOnce = 8

export function createSender(deps: SendDeps): Sender {
  const book = createAnswerBook(deps)
  const underWay = new Set<Promise<void>>()
  const lines = new Set<SlotLine>()
  let calls = 0
  let stopped = false
  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }
  const runBatch = async (batch: Batch, byMs: number): Promise<void> => {
    const { line, started } = batch
    if (line === undefined) return
    lines.add(line)
    calls += started.length
    const perPerson = [...groupBy(started, (message) => message.rootId).values()]
    try {
      const unsent = await Promise.all(perPerson.map((own) => sendInOrder(deps, book, { own, line, byMs })))
      await returnUnsent(deps, unsent.flat())
    } catch (thrown) {
      // What could not be given back is uncertain once its lease has passed.
      deps.log.error({ err: thrown }, `A batch of messages was not ended well: ${describeError(thrown)}`)
    } finally {
      calls -= started.length
      lines.delete(line)
    }
  }
  const workOn = async (numberId: number): Promise<Batch> => {
    const byMs = monotonicMs() + startWithinMs
    const batch = await startBatch(deps, numberId, { now: deps.clock.now(), leaseSeconds })
    if (batch.started.length > 0) track(runBatch(batch, byMs))
    return batch
  }
  const work = async (): Promise<number> => {
    if (stopped) return 0
    if (calls >= mostUnderWay) {
      await Promise.race(underWay)
      return 1
    }
    book.check()
    const due = await listDueNumbers(deps.db, deps.clock.now())
    const batches: Batch[] = []
    for (let from = 0; from < due.length; from += numbersAtOnce)
      batches.push(...(await allOf(due.slice(from, from + numbersAtOnce).map(workOn))))
    return countOrWait(batches)
  }
  return {
    work,
    settled: async () => {
      let batches = 0
      while (underWay.size > 0 || book.isOpen()) {
        batches += Math.max(1, underWay.size)
        await Promise.all([...underWay])
        await book.written()
      }
      book.check()
      return batches
    },
    stop: async () => {
      stopped = true
      for (const line of lines) line.close()
      await Promise.all([...underWay])
      await book.written().catch(() => undefined)
    },
  }
}

async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(works)
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** Where all that is due waits for the pace, and it is not long: one more look is worth it. */
async function countOrWait(batches: readonly Batch[]): Promise<number> {
  const claimed = batches.reduce((sum, batch) => sum + batch.claimed, 0)
  if (claimed > 0) return claimed
  const soonestMs = Math.min(...batches.map(({ waitMs }) => (waitMs > 0 ? waitMs : Infinity)))
  if (soonestMs > longestWaitMs) return 0
  await new Promise((resolve) => setTimeout(resolve, soonestMs))
  return 1
}

/** Several messages to one person go one after the other, so that they arrive in the order they were meant. Returns those never called. */
async function sendInOrder(
  deps: SendDeps,
  book: AnswerBook,
  { own, line, byMs }: { own: readonly Started[]; line: SlotLine; byMs: number },
): Promise<Started[]> {
  for (const [nth, message] of own.entries()) {
    const api = await apiOf(deps, message.shopId)
    if (!(await line.next(byMs))) return own.slice(nth)
    const result = typeof api === 'string' ? notCalled(api) : await call(api, message)
    const { id, shopId, attempt, callbackId } = message
    await book.write({ id, shopId, attempt, callbackId, result, at: deps.clock.now() })
  }
  return []
}

// Before the slot, so that nothing lies between it and the request.
async function apiOf(deps: SendDeps, shopId: number): Promise<Pick<CloudApi, 'send'> | string> {
  try {
    return await deps.cloudApiOf(shopId)
  } catch (thrown) {
    return describeError(thrown)
  }
}

function call(api: Pick<CloudApi, 'send'>, message: Started): Promise<SendResult> {
  const { recipient, content, endpoint, callbackId } = message
  return api.send(message.numberMetaId, { recipient, content, endpoint, callbackData: callbackId })
}

function notCalled(details: string): SendResult {
  return { kind: 'refused', code: null, details }
}

/** One batch of each number that has something due, from claiming to what came of it. Returns how many messages were dealt with. */
export async function sendDue(deps: SendDeps): Promise<number> {
  const sender = createSender(deps)
  const claimed = await sender.work()
  await sender.settled()
  return claimed
}
