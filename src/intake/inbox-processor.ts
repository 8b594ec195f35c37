import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { handleLanes } from './handle-lanes.ts'
import { handleSets } from './handle-sets.ts'
import type { InboxHandlers } from './inbox-event.ts'
import { createInboxMetrics } from './intake-metrics.ts'
import { splitDeliveries, type SplitDeps } from './split-deliveries.ts'

export interface InboxProcessorDeps extends Pick<SplitDeps, 'findNumber' | 'findShopOfWaba' | 'onInbound'> {
  db: Database
  clock: Clock
  log: Logger
  metrics: Metrics
  handlers: InboxHandlers
}

/** The name of the lane that is woken when a delivery has been stored. */
export const inboxLane = 'inbox'

export interface InboxProcessor {
  /** One round: cuts deliveries into events, then handles events. Returns how many of both; 0 when nothing is due. */
  work(): Promise<number>
}

/** Any number of processors, in any number of processes, may work beside each other. */
export function createInboxProcessor(deps: InboxProcessorDeps): InboxProcessor {
  const parts = { ...deps, metrics: createInboxMetrics(deps.metrics) }
  return {
    work: async () => {
      const split = await splitDeliveries(parts, deps.clock.now())
      const inSets = await handleSets(parts, deps.clock.now())
      const inLanes = await handleLanes(parts)
      return split + inSets + inLanes
    },
  }
}
