import { createRequire } from 'node:module'
import { createAdminRoutes } from './admin/admin-routes.ts'
import { createConnections, type Connections } from './app-connections.ts'
import { createHandlers } from './app-handlers.ts'
import { registerLanes } from './app-lanes.ts'
import type { AppParts } from './app-parts.ts'
import { registerJobs } from './app-jobs.ts'
import { createTemplateActions } from './app-templates.ts'
import { createIntake } from './intake/create-intake.ts'
import { createOrderMetric } from './orders/order-metric.ts'
import { createUnknownCodeMetric } from './outbox/failure-metric.ts'
import { createPace } from './outbox/pace.ts'
import { loadTemplateDefinitions } from './outbox/template-definitions.ts'
import { createLanes, type Lanes } from './platform/lanes.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { createSchedule, type Schedule } from './platform/schedule.ts'
import { createWebApp, listen, type Listening } from './platform/web.ts'
import { createLinkRoutes } from './results/link-routes.ts'
import { listShops } from './shops/shop-store.ts'

export interface App {
  lanes: Lanes
  schedule: Schedule
  connections: Connections
  metrics: Metrics
  /** Port 0 takes any free one. */
  startWeb(port: number): Promise<Listening>
  startWork(roles: readonly ('worker' | 'scheduler' | 'web')[]): void
  /** Takes no more, lets what runs finish, lets go of everything it made. The database stays the caller's. */
  stop(): Promise<void>
}

/** Makes each part once, hands it what it needs, and says who handles what. */
export function createApp(parts: AppParts): App {
  const { db, clock, random, log } = parts
  const metrics = createMetrics()
  const lanes = createLanes({ connection: parts.queue, log })
  const connections = createConnections(parts)
  const handlers = createHandlers({
    random,
    log,
    links: parts.links,
    wake: lanes.wake,
    countOrder: createOrderMetric(metrics),
    countUnknownCode: createUnknownCodeMetric(metrics),
  })
  const definitions = loadTemplateDefinitions()
  const pace = createPace(db)
  const shared = { ...parts, metrics, lanes, connections, handlers, definitions, pace }
  registerLanes(shared)
  const schedule = createSchedule({ db, clock, log, shops: () => listShops(db) })
  registerJobs(shared, schedule)
  const intake = createIntake({
    db,
    clock,
    log,
    metrics,
    wake: lanes.wake,
    appSecrets: () => connections.appSecrets(),
    verifyTokens: () => connections.verifyTokens(),
    findShop: (key) => connections.findWooShop(key),
  })
  const web = createWebApp(parts, (app) => {
    app.use(intake.routes)
    app.use(createLinkRoutes(parts))
    app.use(
      createAdminRoutes({
        ...parts,
        metrics,
        version: readVersion(),
        consent: handlers.consent,
        templates: createTemplateActions(shared),
        wake: lanes.wake,
      }),
    )
  })
  let listening: Listening | undefined
  return {
    lanes,
    schedule,
    connections,
    metrics,
    startWeb: async (port) => (listening = await listen(intake.inFrontOf(web), port)),
    // A process without workers still sends wake-ups.
    startWork: (roles) => {
      lanes.start({ works: roles.includes('worker') })
      if (roles.includes('scheduler')) schedule.start()
    },
    stop: async () => {
      await listening?.close()
      await schedule.stop()
      await lanes.stop()
      connections.close()
    },
  }
}

function readVersion(): string {
  const require = createRequire(import.meta.url)
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (require(path) as { version: string }).version
    } catch {
      // From src/ it is one folder up, from dist/src/ two.
    }
  }
  return 'unknown'
}
