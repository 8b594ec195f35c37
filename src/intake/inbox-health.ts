import type { Sql } from '../platform/database.ts'
import { readDeliveryHealth, type DeliveryHealth } from './delivery-store.ts'
import { readEventHealth, type EventHealth } from './event-store.ts'

export interface InboxHealth {
  deliveries: Pick<DeliveryHealth, 'received' | 'dead'>
  unfinishedEvents: EventHealth['unfinished']
  /** Dead letters, deliveries and events together. */
  dead: number
  /** When the oldest thing that is still to be handled came; null when nothing waits. */
  oldestWaitingAt: Date | null
}

/** The state of the inbox now, for /metrics and the health page. What has passed through is counted by the counters. */
export async function readInboxHealth(sql: Sql): Promise<InboxHealth> {
  const deliveries = await readDeliveryHealth(sql)
  const events = await readEventHealth(sql)
  const deadEvents = events.unfinished.filter(({ state }) => state === 'dead')
  return {
    deliveries: { received: deliveries.received, dead: deliveries.dead },
    unfinishedEvents: events.unfinished,
    dead: deadEvents.reduce((sum, { count }) => sum + count, deliveries.dead),
    oldestWaitingAt: earlier(deliveries.oldestReceivedAt, events.oldestWaitingAt),
  }
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}
