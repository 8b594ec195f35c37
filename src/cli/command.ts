import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { Actor } from '../shops/audit-store.ts'
import type { Shop } from '../shops/shop.ts'

/** What every command is given. */
export interface CommandDeps {
  db: Database
  clock: Clock
  shop: Shop
  print: (line: string) => void
}

export function badUsage(message: string): HubError {
  return new HubError('bad_usage', message, { advice: 'hub --help lists the commands.' })
}

export const actorOf = ({ clock }: CommandDeps): Actor => ({ name: 'cli', now: clock.now() })
