import type { IncomingMessage, ServerResponse } from 'node:http'
import { isSignedBy as isSignedByMeta } from '../connectors/meta/signature.ts'
import { isSignedBy as isSignedByWooCommerce } from '../connectors/woocommerce/signature.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Wake } from '../platform/lanes.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { Problem } from '../platform/problem.ts'
import { readRawBody } from '../platform/read-body.ts'
import { insertDeliveries } from './delivery-store.ts'
import type { NewDelivery } from './delivery.ts'
import { createGroupCommit } from './group-commit.ts'
import { inboxLane } from './inbox-processor.ts'
import { createDoorMetrics, type DoorMetrics } from './intake-metrics.ts'
import { isPing, readWooHeaders } from './woocommerce-request.ts'

export interface DoorDeps {
  /** The secrets of all Meta apps that may send to us. None: everything is refused. */
  appSecrets(): Promise<readonly string[]> | readonly string[]
  /** By the name in the path. */
  findShop(key: string): Promise<{ id: number; wooSecret: string | null } | undefined>
  clock: Clock
  db: Pick<Database, 'pool'>
  wake: Wake
  log: Logger
  metrics: Metrics
}

/** Where a webhook is for. `shopKey` is the name in WooCommerce's path. */
export type Target = { source: 'whatsapp' } | { source: 'woocommerce'; shopKey: string }

export interface Door {
  /**
   * Verifies a webhook, stores it and answers 200, in this order. Otherwise throws, mostly a Problem (401, 404, 413, 503), and has
   * left no row behind.
   */
  take(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void>
}

export function createDoor(deps: DoorDeps): Door {
  const parts: Parts = { ...deps, counts: createDoorMetrics(deps.metrics), store: createStore(deps) }
  return {
    take: async (target, request, response) => {
      try {
        const body = await readRawBody(request, limitBytes)
        if (target.source === 'whatsapp') await takeFromMeta(parts, request, body)
        else await takeFromShop(parts, target.shopKey, request, body)
      } catch (thrown) {
        const reason = thrown instanceof Problem ? thrown.code : 'failed'
        parts.counts.refused({ source: target.source, reason })
        throw thrown
      }
      // Exactly 200: WooCommerce goes on pinging a webhook that answers anything else.
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 }).end('OK')
    },
  }
}

// Meta sends up to 3 MB.
const limitBytes = 4 * 1024 * 1024

interface Parts extends DoorDeps {
  counts: DoorMetrics
  /** Resolves when the delivery is on the disk. */
  store(delivery: NewDelivery): Promise<void>
}

function createStore(deps: DoorDeps): Parts['store'] {
  const write = async (deliveries: NewDelivery[]): Promise<void> => {
    try {
      await insertDeliveries(deps.db.pool, deliveries)
    } catch (thrown) {
      deps.log.error({ err: thrown, count: deliveries.length }, 'Deliveries could not be stored')
      throw thrown
    }
    deps.wake(inboxLane)
  }
  const commit = createGroupCommit(write, {
    maxInFlight: 2,
    worthAnother: 100,
    maxItems: 1_000,
    maxBatchBytes: 16_000_000,
    maxWaitingBytes: 64_000_000,
    bytesOf: ({ body }) => body.length,
  })
  return async (delivery) => {
    await commit.add(delivery).catch(() => {
      throw new Problem(503, 'unavailable', 'Nothing can be stored at the moment', {
        headers: { 'retry-after': '5' },
      })
    })
  }
}

async function takeFromMeta(parts: Parts, request: IncomingMessage, body: Buffer): Promise<void> {
  // An empty secret is none: everybody could sign with it.
  const secrets = (await parts.appSecrets()).filter((secret) => secret !== '')
  const signature = single(request.headers['x-hub-signature-256'])
  if (!secrets.some((secret) => isSignedByMeta(secret, body, signature))) throw refusal(secrets.length > 0)
  await keep(parts, { source: 'whatsapp', shopId: null, headers: null, body })
}

async function takeFromShop(
  parts: Parts,
  shopKey: string,
  request: IncomingMessage,
  body: Buffer,
): Promise<void> {
  const shop = await parts.findShop(shopKey)
  if (shop === undefined) throw new Problem(404, 'unknown_shop', 'There is no shop of this name here')
  if (shop.wooSecret === null || shop.wooSecret === '') throw refusal(false)
  if (isPing(request.headers, body)) {
    parts.counts.pinged({ source: 'woocommerce' })
    return
  }
  const signature = single(request.headers['x-wc-webhook-signature'])
  if (!isSignedByWooCommerce(shop.wooSecret, body, signature)) throw refusal(true)
  const headers = readWooHeaders(request.headers)
  await keep(parts, { source: 'woocommerce', shopId: shop.id, headers, body })
}

async function keep(parts: Parts, delivery: Omit<NewDelivery, 'receivedAt'>): Promise<void> {
  await parts.store({ ...delivery, receivedAt: parts.clock.now() })
  parts.counts.received({ source: delivery.source })
}

/** A header sent twice reaches us joined, and is no signature. */
function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

function refusal(hasSecret: boolean): Problem {
  return hasSecret
    ? new Problem(401, 'bad_signature', 'The signature is missing or wrong')
    : new Problem(401, 'no_secret', 'No secret is configured here, so nothing can be verified')
}
