import { createCounter, type Count } from '../platform/counter.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { EventMark } from './event-mark.ts'
import type { InboxEvent } from './inbox-event.ts'

/** What happens at the door. */
export interface DoorMetrics {
  received: Count<'source'>
  refused: Count<'source' | 'reason'>
  pinged: Count<'source'>
}

export function createDoorMetrics(metrics: Metrics): DoorMetrics {
  return {
    received: createCounter(metrics, {
      name: 'hub_webhooks_received_total',
      help: 'Webhooks stored and acknowledged.',
      labels: ['source'],
    }),
    refused: createCounter(metrics, {
      name: 'hub_webhooks_refused_total',
      help: 'Webhooks that were not stored, by reason.',
      labels: ['source', 'reason'],
    }),
    pinged: createCounter(metrics, {
      name: 'hub_webhooks_pings_total',
      help: 'Unsigned pings, acknowledged and not stored.',
      labels: ['source'],
    }),
  }
}

/** What becomes of what was let in. */
export interface InboxMetrics {
  deliveries: Count<'source' | 'outcome'>
  events: Count<'kind' | 'outcome'>
}

export function createInboxMetrics(metrics: Metrics): InboxMetrics {
  return {
    deliveries: createCounter(metrics, {
      name: 'hub_inbox_deliveries_total',
      help: 'Deliveries cut into events (split) or unreadable (dead).',
      labels: ['source', 'outcome'],
    }),
    events: createCounter(metrics, {
      name: 'hub_inbox_events_total',
      help: 'Times an event was handled, by how it ended.',
      labels: ['kind', 'outcome'],
    }),
  }
}

export function countMarks(
  metrics: InboxMetrics,
  events: readonly InboxEvent[],
  marks: readonly EventMark[],
): void {
  const kinds = new Map(events.map(({ id, kind }) => [id, kind]))
  for (const { id, state } of marks) metrics.events({ kind: kinds.get(id) ?? '', outcome: state })
}
