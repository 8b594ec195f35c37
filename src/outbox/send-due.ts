import type { CloudApi, SendResult } from '../connectors/meta/cloud-api.ts'
import { monotonicMs, type Clock } from '../platform/clock.ts'
import { describeError } from '../platform/errors.ts'
import type { SettleDeps } from './apply-news.ts'
import { groupBy } from './group-by.ts'
import type { Pace } from './pace.ts'
import { settleResult } from './settle-result.ts'
import { startBatch, type StartDeps, type Started } from './start-batch.ts'

export interface SendDeps extends StartDeps, SettleDeps {
  clock: Clock
  pace: Pace
  /** The Cloud API with the token of a shop. */
  cloudApiOf: (shopId: number) => Promise<Pick<CloudApi, 'send'>>
}

// A sender that could not begin a request for so long leaves the message to somebody else; the lease outlasts that and the request.
const startWithinMs = 60_000
const leaseSeconds = 180

/** Sends one batch of what is due, from claiming to what came of it. Returns how many messages it dealt with; 0: nothing is due. */
export async function sendDue(deps: SendDeps): Promise<number> {
  const stampedMs = monotonicMs()
  const { claimed, started } = await startBatch(deps, { now: deps.clock.now(), leaseSeconds })
  const perPerson = [...groupBy(started, (message) => message.rootId).values()]
  const ended = await Promise.allSettled(perPerson.map((messages) => sendInOrder(deps, messages, stampedMs)))
  // What could not be written down stays 'sending' until its lease has passed, and is uncertain then; who runs the lane is told.
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return claimed
}

/** Several messages to one person go one after the other, so that they arrive in the order they were meant. */
async function sendInOrder(deps: SendDeps, messages: readonly Started[], stampedMs: number): Promise<void> {
  for (const message of messages) {
    await deps.pace.takeSlot(message.phoneNumberId, message.ratePerSecond)
    const result = await call(deps, message, stampedMs)
    await settleResult(deps, message, result, deps.clock.now())
  }
}

async function call(deps: SendDeps, message: Started, stampedMs: number): Promise<SendResult> {
  if (monotonicMs() - stampedMs > startWithinMs) return notCalled('the sender was too slow to start')
  let api: Pick<CloudApi, 'send'>
  try {
    api = await deps.cloudApiOf(message.shopId)
  } catch (thrown) {
    return notCalled(describeError(thrown))
  }
  const { recipient, content, callbackId } = message
  return api.send(message.numberMetaId, { recipient, content, callbackData: callbackId })
}

function notCalled(details: string): SendResult {
  return { kind: 'refused', code: null, details }
}
