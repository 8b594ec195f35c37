import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'

export interface PlannerDeps {
  db: Pick<Database, 'query' | 'execute' | 'transaction'>
  clock: Clock
  random: Random
  log: Logger
  wake: (lane: string) => void
  /** Slices worked on beside each other, each on a connection of its own (default 1). */
  atOnce?: number
  /** Reads products from the shop again and applies what it says; returns those of them that could be read. */
  rereadProducts: (shopId: number, productIds: readonly number[]) => Promise<ReadonlySet<number>>
}
