import { createCounter } from '../platform/counter.ts'
import type { Metrics } from '../platform/metrics.ts'

/** Counts refusals with an error code that no table knows: a reason to look for a newer version. */
export function createUnknownCodeMetric(metrics: Metrics): (code: number) => void {
  const count = createCounter(metrics, {
    name: 'hub_unknown_error_codes_total',
    help: 'Messages that WhatsApp refused with an error code that this version does not know.',
    labels: ['code'],
  })
  return (code) => count({ code: String(code) })
}
