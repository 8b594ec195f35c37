import type { CloudApi, SendResult } from '../connectors/meta/cloud-api.ts'
import type { Clock } from '../platform/clock.ts'
import { describeError } from '../platform/errors.ts'
import type { AnswerBook } from './answer-book.ts'
import type { Begun } from './claim-limits.ts'
import { groupBy } from './group-by.ts'
import type { PatientBook } from './patient-book.ts'
import type { SlotLine } from './slot-line.ts'
import type { Started } from './start-batch.ts'

export interface SendBatchDeps {
  clock: Clock
  /** The Cloud API with the token of a shop. */
  cloudApiOf: (shopId: number) => Promise<Pick<CloudApi, 'send'>>
  answers: Pick<AnswerBook, 'write'>
  returns: Pick<PatientBook<Started>, 'write'>
}

export interface BatchToSend {
  started: readonly Started[]
  line: SlotLine
  /** What has not begun until then (monotonic) is never called. */
  byMs: number
  /** So many are no longer under way: answered, or given back. */
  onEnded: (count: number) => void
  /** It is known for each person whether the first request began in time. */
  onBegun: (batch: Begun) => void
}

/** Calls what was stamped, and writes down what came of it; what cannot be called any more is given back at once. */
export async function sendBatch(deps: SendBatchDeps, batch: BatchToSend): Promise<void> {
  const perPerson = [...groupBy(batch.started, (message) => message.rootId).values()]
  const people = perPerson.length
  let known = 0
  let inTime = 0
  const onFirst = (isInTime: boolean): void => {
    known += 1
    if (isInTime) inTime += 1
    if (known === people) batch.onBegun({ people, inTime })
  }
  await Promise.all(perPerson.map((own) => sendInOrder(deps, { ...batch, started: own }, onFirst)))
}

/** Several messages to one person go one after the other, so that they arrive in the order they were meant. */
async function sendInOrder(
  deps: SendBatchDeps,
  { started: own, line, byMs, onEnded }: BatchToSend,
  onFirst: (isInTime: boolean) => void,
): Promise<void> {
  for (const [nth, message] of own.entries()) {
    const api = await apiOf(deps, message.shopId)
    const isInTime = await line.next(byMs)
    if (nth === 0) onFirst(isInTime)
    if (!isInTime) {
      onEnded(own.length - nth)
      return deps.returns.write(own.slice(nth))
    }
    const result = typeof api === 'string' ? notCalled(api) : await call(api, message)
    onEnded(1)
    const { id, shopId, attempt, callbackId } = message
    await deps.answers.write({ id, shopId, attempt, callbackId, result, at: deps.clock.now() })
  }
}

// Before the slot, so that nothing lies between it and the request.
async function apiOf(deps: SendBatchDeps, shopId: number): Promise<Pick<CloudApi, 'send'> | string> {
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
