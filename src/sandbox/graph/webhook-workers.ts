import type { Fifo } from '../fifo.ts'
import type { Pending } from '../pending.ts'
import type { WhatsAppFaults } from './faults.ts'
import type { RetryTimers } from './retry-timers.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

interface WorkerDeps {
  queue: Pick<Fifo<unknown>, 'length'>
  faults: WhatsAppFaults
  settings: WhatsAppSettings
  timers: RetryTimers
  pending: Pending
  isHeld: () => boolean
  /** Takes up to a delivery from the queue and delivers it. */
  deliverNext: () => Promise<void>
}

/** As many deliveries beside each other as are set and needed. `start` is called whenever something may be delivered. */
export function createWebhookWorkers(deps: WorkerDeps): { start: () => void } {
  const { queue, faults, settings, timers, isHeld } = deps
  let running = 0
  let isGathering = false
  let taken = 0
  const isShort = (): boolean => settings.batchWaitMs > 0 && queue.length < faults.batchSize
  /** One waits for more; what is full meanwhile is taken by the others, and the time begins anew. */
  const gather = async (): Promise<void> => {
    isGathering = true
    let before: number
    do {
      before = taken
      await timers.wait(settings.batchWaitMs)
    } while (taken !== before && isShort() && !isHeld())
    isGathering = false
  }
  const run = async (): Promise<void> => {
    // First the answer that is being written goes out.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0 && !isHeld()) {
      if (isShort() && isGathering) break
      if (isShort()) await gather()
      if (isHeld()) break
      taken += 1
      await deps.deliverNext()
    }
    running -= 1
  }
  return {
    start: () => {
      while (
        running < settings.webhookConcurrency &&
        running * faults.batchSize < queue.length &&
        !isHeld()
      ) {
        running += 1
        deps.pending.track(run())
      }
    },
  }
}
