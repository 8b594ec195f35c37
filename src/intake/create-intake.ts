import type { IncomingMessage, RequestListener } from 'node:http'
import { Router, type RequestHandler } from 'express'
import { answerSubscription } from './answer-subscription.ts'
import { createDoor, type DoorDeps, type Target } from './door.ts'

export interface IntakeDeps extends DoorDeps {
  /** What we have told Meta to name when it asks whether a webhook address is ours. */
  verifyTokens(): Promise<readonly string[]> | readonly string[]
}

export interface Intake {
  /** `GET` and `POST /webhooks/whatsapp`, `POST /webhooks/woocommerce/:shopId`; complete by itself. */
  routes: Router
  /**
   * The same door before an app that has the routes, for speed: Express costs a request twice what verifying and storing it does.
   * What is taken in never reaches the app; a refusal does, and is answered there like any other.
   */
  inFrontOf(app: RequestListener): RequestListener
}

export function createIntake(deps: IntakeDeps): Intake {
  const door = createDoor(deps)
  // What was thrown in front of the app: the body has been read by then, so the route has only to throw it again.
  const thrownBefore = new WeakMap<IncomingMessage, { thrown: unknown }>()

  const takeOrThrow =
    (targetOf: (params: Record<string, unknown>) => Target): RequestHandler =>
    async (request, response) => {
      const before = thrownBefore.get(request)
      if (before !== undefined) throw before.thrown
      await door.take(targetOf(request.params), request, response)
    }
  const routes = Router()
  routes.get('/webhooks/whatsapp', async (request, response) => {
    answerSubscription(await deps.verifyTokens(), request.query, response)
  })
  routes.post(
    '/webhooks/whatsapp',
    takeOrThrow(() => ({ source: 'whatsapp' })),
  )
  routes.post(
    '/webhooks/woocommerce/:shopId',
    takeOrThrow(({ shopId }) => ({ source: 'woocommerce', shopKey: String(shopId) })),
  )

  return {
    routes,
    inFrontOf: (app) => (request, response) => {
      const target = request.method === 'POST' ? targetOfPath(request.url ?? '') : undefined
      if (target === undefined) {
        app(request, response)
        return
      }
      door.take(target, request, response).catch((thrown: unknown) => {
        thrownBefore.set(request, { thrown })
        app(request, response)
      })
    },
  }
}

const shopPath = /^\/webhooks\/woocommerce\/([\w.~-]+)$/

/** Only the plain spellings; Express knows the odd ones (escapes, a slash at the end, capitals, a query). */
function targetOfPath(path: string): Target | undefined {
  if (path === '/webhooks/whatsapp') return { source: 'whatsapp' }
  const shopKey = shopPath.exec(path)?.[1]
  return shopKey === undefined ? undefined : { source: 'woocommerce', shopKey }
}
