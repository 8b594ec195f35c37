import { Router } from 'express'
import type { Database } from '../platform/database.ts'
import type { Metrics } from '../platform/metrics.ts'

export interface OperationsDeps {
  db: Database
  metrics: Metrics
}

/**
 * `/healthz`: the process answers. `/readyz`: it can do its work (503 with what is missing otherwise). `/metrics`: for Prometheus, open,
 * with no personal data in it; keep it from the public with your proxy.
 */
export function createOperationsRoutes({ db, metrics }: OperationsDeps): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  router.get('/readyz', async (_request, response) => {
    const checks = {
      database: await answers(db, 'select 1'),
      migrations: await answers(db, 'select 1 from inbox_events limit 1'),
    }
    const isReady = Object.values(checks).every(Boolean)
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready', checks })
  })
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics())
  })
  return router
}

async function answers(db: Database, statement: string): Promise<boolean> {
  return db.query(statement).then(
    () => true,
    () => false,
  )
}
