import { createHmac } from 'node:crypto'
import type { HttpClient } from '../../platform/http-client.ts'
import type { Logger } from '../../platform/log.ts'
import type { Random } from '../../platform/random.ts'
import type { Pending } from '../pending.ts'
import type { Fields } from '../read-values.ts'
import { toWireJson } from '../wire-json.ts'
import type { WhatsAppFaults } from './faults.ts'
import type { GraphState, Update, WhatsAppAccount } from './graph-state.ts'
import { createRetryTimers, retryDelayMs } from './retry-timers.ts'

export interface MetaWebhooks {
  /** Kept until the hub has answered 200. */
  enqueue(update: Omit<Update, 'id'>): void
  /** Delivers what waits, also what was held or given up. */
  release(): void
  /** Failed deliveries are tried again now instead of when their time has come. */
  retryNow(): void
  /** What the hub has not acknowledged. */
  waiting(): Update[]
  stop(): void
}

interface WebhookDeps {
  state: GraphState
  account: WhatsAppAccount
  faults: WhatsAppFaults
  http: HttpClient
  pending: Pending
  random: Random
  log: Logger
  /** Where to; null: nowhere yet, and everything waits. */
  url: () => string | null
  maxAttempts: number
}

/** Meta's side of webhooks: signed deliveries, tried again with back-off until they are answered 200, in real time. */
export function createMetaWebhooks(deps: WebhookDeps): MetaWebhooks {
  const queue: Update[] = deps.state.updates.all()
  const givenUp: Update[] = []
  const timers = createRetryTimers()
  let isRunning = false
  let isStopped = false

  const isHeld = (): boolean => isStopped || deps.faults.hold || deps.url() === null
  const run = async (): Promise<void> => {
    // First the answer that is being written goes out.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0 && !isHeld()) await attempt(takeBatch(queue, deps), 1)
    isRunning = false
  }
  const start = (): void => {
    if (isRunning || queue.length === 0 || isHeld()) return
    isRunning = true
    deps.pending.track(run())
  }
  const attempt = async (batch: Update[], attemptNumber: number): Promise<void> => {
    if (batch.length === 0) return
    const isAcknowledged = await deliver(deps, batch)
    if (isAcknowledged) {
      for (const { id } of batch) deps.state.updates.remove(id)
    } else if (!isStopped && attemptNumber < deps.maxAttempts) {
      deps.pending.track(tryLater(batch, attemptNumber))
    } else if (!isStopped) {
      givenUp.push(...batch)
      deps.log.warn(
        { updates: batch.length },
        'The sandbox gave up a webhook that the hub did not acknowledge',
      )
    }
  }
  const tryLater = async (batch: Update[], attemptNumber: number): Promise<void> => {
    await timers.wait(retryDelayMs(attemptNumber))
    if (!isStopped) await attempt(batch, attemptNumber + 1)
  }
  return {
    enqueue: (update) => {
      if (deps.faults.loseUpdates > 0) {
        deps.faults.loseUpdates -= 1
        return
      }
      const id = deps.state.nextId('updates')
      const kept = deps.state.updates.put(id, { id, ...update })
      for (let copy = 0; copy <= deps.faults.extraCopies; copy++) queue.push(kept)
      start()
    },
    release: () => {
      queue.push(...givenUp.splice(0))
      timers.fireAll()
      start()
    },
    retryNow: () => timers.fireAll(),
    waiting: () => deps.state.updates.all(),
    stop: () => {
      isStopped = true
      timers.fireAll()
    },
  }
}

function takeBatch(queue: Update[], { faults, random }: Pick<WebhookDeps, 'faults' | 'random'>): Update[] {
  const size = Math.min(Math.max(1, faults.batchSize), queue.length)
  return Array.from({ length: size }, () => {
    const at = faults.shuffle ? random.below(queue.length) : 0
    return queue.splice(at, 1)
  }).flat()
}

async function deliver({ http, account, url }: WebhookDeps, batch: readonly Update[]): Promise<boolean> {
  const body = toWireJson(toDelivery(account, batch))
  const signature = createHmac('sha256', account.appSecret).update(body).digest('hex')
  const result = await http.request({
    method: 'POST',
    path: url() ?? '',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      'x-hub-signature-256': `sha256=${signature}`,
    },
    body: Buffer.from(body),
  })
  return result.kind === 'answered' && result.status === 200
}

/** Fields that tell their time do so in the entry, so each of those has one of its own. */
function toDelivery(account: WhatsAppAccount, batch: readonly Update[]): Fields {
  const change = ({ value, field }: Update): Fields => ({ value, field })
  const timeless = batch.filter(({ timeS }) => timeS === null)
  const timed = batch.filter(({ timeS }) => timeS !== null)
  return {
    object: 'whatsapp_business_account',
    entry: [
      ...(timeless.length === 0 ? [] : [{ id: account.wabaId, changes: timeless.map(change) }]),
      ...timed.map((update) => ({ id: account.wabaId, time: update.timeS, changes: [change(update)] })),
    ],
  }
}
