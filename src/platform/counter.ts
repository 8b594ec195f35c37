import { Counter } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** Counts one more (or `by`) of what the labels say. */
export type Count<Label extends string> = (labels: Record<Label, string>, by?: number) => void

/** A Prometheus counter; its name ends in `_total`. Each registry takes a name once. */
export function createCounter<Label extends string>(
  metrics: Metrics,
  counter: { name: string; help: string; labels: readonly Label[] },
): Count<Label> {
  const { name, help, labels } = counter
  const made = new Counter({ name, help, labelNames: [...labels], registers: [metrics] })
  return (values, by = 1) => made.inc(values, by)
}
