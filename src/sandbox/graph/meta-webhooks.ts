import { createHmac } from 'node:crypto'
import type { Logger } from '../../platform/log.ts'
import type { Random } from '../../platform/random.ts'
import { createFifo, type Fifo } from '../fifo.ts'
import type { Pending } from '../pending.ts'
import type { Fields } from '../read-values.ts'
import { toWireJson } from '../wire-json.ts'
import type { WhatsAppFaults } from './faults.ts'
import type { GraphState, Update, WhatsAppAccount } from './graph-state.ts'
import type { WebhookPoster } from './post-webhook.ts'
import { createRetryTimers, retryDelayMs } from './retry-timers.ts'
import { createWebhookWorkers } from './webhook-workers.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

export interface MetaWebhooks {
  /** Kept until the hub has answered 200. */
  enqueue(update: Omit<Update, 'id'>): void
  /** Delivers what waits, also what was held or given up. */
  release(): void
  /** Failed deliveries are tried again now instead of when their time has come. */
  retryNow(): void
  /** What the hub has not acknowledged. */
  waiting(): Update[]
  /** Deliveries by what became of them, and how many updates wait. */
  counts(): { acknowledged: number; failed: number; waiting: number }
  stop(): void
}

interface WebhookDeps {
  state: GraphState
  account: WhatsAppAccount
  faults: WhatsAppFaults
  settings: WhatsAppSettings
  poster: WebhookPoster
  pending: Pending
  random: Random
  log: Logger
  /** Where to; null: nowhere yet, and everything waits. */
  url: () => string | null
  maxAttempts: number
}

/** Meta's side of webhooks: signed deliveries, tried again with back-off until they are answered 200, in real time. */
export function createMetaWebhooks(deps: WebhookDeps): MetaWebhooks {
  const { faults, state, pending } = deps
  const queue = createFifo<Update>(state.updates.all())
  const givenUp: Update[] = []
  const timers = createRetryTimers()
  const count = { acknowledged: 0, failed: 0, waiting: queue.length }
  let isStopped = false

  const attempt = async (batch: Update[], attemptNumber: number): Promise<void> => {
    if (batch.length === 0) return
    const isAcknowledged = await deliver(deps, batch)
    count[isAcknowledged ? 'acknowledged' : 'failed'] += 1
    if (isAcknowledged) {
      count.waiting -= batch.length
      for (const { id } of batch) state.updates.remove(id)
    } else if (!isStopped && attemptNumber < deps.maxAttempts) {
      pending.track(tryLater(batch, attemptNumber))
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
  const { start } = createWebhookWorkers({
    ...deps,
    queue,
    timers,
    isHeld: () => isStopped || faults.hold || deps.url() === null,
    deliverNext: () => attempt(takeBatch(queue, deps), 1),
  })
  return {
    enqueue: (update) => {
      if (isLost(update, deps)) return
      const id = state.nextId('updates')
      const kept = state.updates.put(id, { id, ...update })
      for (let copy = 0; copy <= faults.extraCopies; copy++) queue.push(kept)
      count.waiting += 1 + faults.extraCopies
      start()
    },
    release: () => {
      for (const update of givenUp.splice(0)) queue.push(update)
      timers.fireAll()
      start()
    },
    retryNow: () => timers.fireAll(),
    waiting: () => state.updates.all(),
    counts: () => ({ ...count }),
    stop: () => {
      isStopped = true
      timers.fireAll()
    },
  }
}

/** The next so many, or a share of the statuses by chance. */
function isLost(
  update: Omit<Update, 'id'>,
  { faults, random }: Pick<WebhookDeps, 'faults' | 'random'>,
): boolean {
  if (faults.loseUpdates > 0) {
    faults.loseUpdates -= 1
    return true
  }
  return (
    faults.dropStatusShareBps > 0 &&
    'statuses' in update.value &&
    random.below(10_000) < faults.dropStatusShareBps
  )
}

function takeBatch(
  queue: Fifo<Update>,
  { faults, random }: Pick<WebhookDeps, 'faults' | 'random'>,
): Update[] {
  const size = Math.min(Math.max(1, faults.batchSize), queue.length)
  return Array.from({ length: size }, () =>
    queue.takeAt(faults.shuffle ? random.below(queue.length) : 0),
  ).filter((update) => update !== undefined)
}

async function deliver({ poster, account, url }: WebhookDeps, batch: readonly Update[]): Promise<boolean> {
  const body = toWireJson(toDelivery(account, batch))
  const signature = createHmac('sha256', account.appSecret).update(body).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'facebookexternalua',
    'x-hub-signature-256': `sha256=${signature}`,
  }
  return (await poster.post({ url: url() ?? '', headers, body })) === 200
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
