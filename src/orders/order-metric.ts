import { createCounter } from '../platform/counter.ts'
import type { Metrics } from '../platform/metrics.ts'

/** Counts orders by how their person was found. */
export function createOrderMetric(metrics: Metrics): (matchedBy: string | null) => void {
  const count = createCounter(metrics, {
    name: 'hub_orders_total',
    help: 'Orders seen for the first time, by how their person was found; "nobody": unmatched.',
    labels: ['matched_by'],
  })
  return (matchedBy) => count({ matched_by: matchedBy ?? 'nobody' })
}
