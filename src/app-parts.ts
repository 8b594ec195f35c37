import type { Connections } from './app-connections.ts'
import type { Handlers } from './app-handlers.ts'
import type { LinkTokens } from './outbox/link-token.ts'
import type { Pace } from './outbox/pace.ts'
import type { TemplateDefinitions } from './outbox/template-definition.ts'
import type { Clock } from './platform/clock.ts'
import type { Database } from './platform/database.ts'
import type { Lanes } from './platform/lanes.ts'
import type { Logger } from './platform/log.ts'
import type { Metrics } from './platform/metrics.ts'
import type { Random } from './platform/random.ts'
import type { QueueConnection } from './platform/wake-queue.ts'
import type { Box } from './shops/credentials.ts'

/** What an app is made of that differs between a server, a command and a test. */
export interface AppParts {
  db: Database
  clock: Clock
  random: Random
  log: Logger
  box: Box
  apiToken: string
  /** Signs visitor tokens. */
  visitorKey: Buffer
  /** Makes and reads the links in messages. */
  links: LinkTokens
  /** `timeoutMs`: left out, 15 s. */
  graph: { url: string; version: string; timeoutMs?: number }
  /** The address under which customers reach this hub; asked for when it is needed. */
  publicUrl: () => string
  queue: QueueConnection
  /** Of our own, in front of the web server; left out, none. */
  trustedProxies?: number
}

/** That, and what the app has made of it: for those who register lanes and jobs. */
export interface SharedParts extends AppParts {
  metrics: Metrics
  lanes: Lanes
  connections: Connections
  handlers: Handlers
  definitions: TemplateDefinitions
  pace: Pace
}
