import { Router } from 'express'
import type { Logger } from 'pino'
import type { ConsentDeps } from '../people/consent.ts'
import { findPersonByPublicId } from '../people/person-store.ts'
import { verifyVisitorToken } from '../people/visitor-token.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Random } from '../platform/random.ts'
import { Problem } from '../platform/web.ts'
import { buildRoutes, type RouteDeps } from './api/build-routes.ts'
import { auditEndpoints } from './api/audit-endpoints.ts'
import { campaignEndpoints } from './api/campaign-endpoints.ts'
import { campaignRulesEndpoints } from './api/campaign-rules-endpoints.ts'
import type { Endpoint } from './api/endpoint.ts'
import { inboxEndpoints } from './api/inbox-endpoints.ts'
import { noticeEndpoints } from './api/notice-endpoints.ts'
import { numberEndpoints } from './api/number-endpoints.ts'
import { messageEndpoints } from './api/message-endpoints.ts'
import { describeApi } from './api/openapi.ts'
import { personEndpoints } from './api/person-endpoints.ts'
import { personTagEndpoints } from './api/person-tag-endpoints.ts'
import { previewEndpoints } from './api/preview-endpoints.ts'
import { productEndpoints } from './api/product-endpoints.ts'
import { reengagementEndpoints } from './api/reengagement-endpoints.ts'
import { replayEndpoints } from './api/replay-endpoints.ts'
import { runEndpoints } from './api/run-endpoints.ts'
import { settingsEndpoints } from './api/settings-endpoints.ts'
import { reportEndpoints } from './api/report-endpoints.ts'
import { sendingEndpoints } from './api/sending-endpoints.ts'
import { shopEndpoints } from './api/shop-endpoints.ts'
import { storefrontEndpoints } from './api/storefront-endpoints.ts'
import { templateEndpoints, type TemplateActions } from './api/template-endpoints.ts'
import { createOperationsRoutes } from './operations-routes.ts'

export interface AdminDeps {
  db: Database
  clock: Clock
  random: Random
  apiToken: string
  visitorKey: Buffer
  metrics: Metrics
  consent: ConsentDeps
  templates: TemplateActions
  wake: (lane: string) => void
  log: Logger
  version: string
}

/** The JSON API with its own description, and what operators look at. */
export function createAdminRoutes(deps: AdminDeps): Router {
  const endpoints = listEndpoints(deps)
  const router = Router()
  router.use(createOperationsRoutes(deps))
  router.get('/v1/openapi.json', (_request, response) => {
    response.json(describeApi(endpoints, deps.version))
  })
  router.use(buildRoutes({ ...deps, callerOfVisitor: createVisitorCheck(deps) }, endpoints))
  return router
}

export function listEndpoints(deps: AdminDeps): Endpoint[] {
  const reads = { reads: deps.db.prisma }
  return [
    ...shopEndpoints(deps),
    ...productEndpoints(reads),
    ...storefrontEndpoints(deps),
    ...personEndpoints(reads),
    ...personTagEndpoints(deps),
    ...messageEndpoints(reads),
    ...reengagementEndpoints(reads),
    ...campaignEndpoints(reads),
    ...campaignRulesEndpoints({ ...deps, ...reads }),
    ...runEndpoints({ ...deps, ...reads }),
    ...previewEndpoints(deps),
    ...replayEndpoints(deps),
    ...sendingEndpoints(deps),
    ...numberEndpoints(deps),
    ...noticeEndpoints({ ...deps, ...reads }),
    ...settingsEndpoints({ ...deps, ...reads }),
    ...templateEndpoints(deps),
    ...auditEndpoints(reads),
    ...inboxEndpoints(reads),
    ...reportEndpoints(deps),
  ]
}

function createVisitorCheck(deps: AdminDeps): RouteDeps['callerOfVisitor'] {
  return async (shop, token, now) => {
    const verified = verifyVisitorToken(deps.visitorKey, token, now)
    const isOurs = verified.kind === 'valid' && verified.visitor.shopKey === shop.key
    const person = isOurs
      ? await findPersonByPublicId(deps.db, shop.id, verified.visitor.publicId)
      : undefined
    if (person === undefined) {
      const reason = verified.kind === 'invalid' ? verified.reason : 'unknown'
      throw new Problem(401, 'visitor_token_invalid', 'The visitor token is not valid', {
        detail: `It is ${reason}.`,
      })
    }
    return { kind: 'visitor', shopId: shop.id, personId: person.id }
  }
}
