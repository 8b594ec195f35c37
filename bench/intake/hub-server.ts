import { createIntake } from '../../src/intake/create-intake.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createWebApp, listen } from '../../src/platform/web.ts'
import { serveBench } from '../support/child-server.ts'
import { appSecret } from './deliveries.ts'

// The hub's own door as app.ts opens it, without what comes behind it.

const log = createLog({ level: 'error', pretty: false })
const db = openDatabase(process.argv[2] ?? '')
const intake = createIntake({
  appSecrets: () => [appSecret],
  verifyTokens: () => [],
  findShop: async () => undefined,
  clock: systemClock,
  db,
  wake: () => undefined,
  log,
  metrics: createMetrics(),
})
const app = createWebApp({ log }, (express) => express.use(intake.routes))
const listening = await listen(intake.inFrontOf(app), 0, '127.0.0.1')
serveBench(listening.port, async () => {
  await listening.close(0)
  await db.close()
})
