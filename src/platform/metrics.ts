import { collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = Registry

/** A registry of this app's own (tests run several apps in one process), with the figures of the process itself. */
export function createMetrics(options: { withProcess: boolean } = { withProcess: true }): Metrics {
  const registry = new Registry()
  if (options.withProcess) collectDefaultMetrics({ register: registry })
  return registry
}
