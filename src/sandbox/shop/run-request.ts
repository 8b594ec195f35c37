import type { Pending } from '../pending.ts'
import { deliverWebhook, pingWebhook, type WebhookDeps } from './woo-webhooks.ts'
import type { QueuedDelivery, ShopRequest, Topic } from './shop-state.ts'

export interface RequestDeps extends WebhookDeps {
  pending: Pending
  /** `sync`: the request waits for its deliveries. `async`, WooCommerce's default: they wait for the queue to run. */
  mode: () => 'sync' | 'async'
}

/**
 * One request to the shop. Its webhooks are decided when the work is done: one delivery per webhook and object, in the order in which
 * the events happened. `hasRestRoutes`: false in a request to another namespace than WooCommerce's.
 */
export async function runRequest<Result>(
  deps: RequestDeps,
  work: (request: ShopRequest) => Result,
  { hasRestRoutes = true }: { hasRestRoutes?: boolean } = {},
): Promise<Result> {
  const fired: { topic: Topic; id: number }[] = []
  const request: ShopRequest = { ...deps, fire: (topic, id) => void fired.push({ topic, id }) }
  const { result, deliveries } = deps.state.together(() => {
    const worked = work(request)
    const wanted = deliveriesOf(deps, fired)
    if (deps.mode() === 'async') for (const delivery of wanted) enqueue(deps, delivery)
    return { result: worked, deliveries: wanted }
  })
  if (deps.mode() === 'sync') {
    const delivered = deliverInTurn(deps, deliveries, hasRestRoutes)
    deps.pending.track(delivered)
    await delivered
  }
  return result
}

function deliveriesOf(
  { state }: RequestDeps,
  fired: readonly { topic: Topic; id: number }[],
): QueuedDelivery[] {
  const wanted = new Map<string, QueuedDelivery>()
  for (const { topic, id } of fired) {
    for (const webhook of state.webhooks.all()) {
      if (webhook.topic !== topic || webhook.status !== 'active') continue
      const delivery = { webhookId: webhook.id, resourceId: id }
      wanted.set(keyOf(delivery), delivery)
    }
  }
  return [...wanted.values()]
}

/** What waits already for the same webhook and object makes one delivery with it. */
function enqueue({ state }: RequestDeps, delivery: QueuedDelivery): void {
  if (state.queue.find(keyOf(delivery)) === undefined) state.queue.put(keyOf(delivery), delivery)
}

function keyOf({ webhookId, resourceId }: QueuedDelivery): string {
  return `${webhookId}:${resourceId}`
}

async function deliverInTurn(
  deps: RequestDeps,
  deliveries: readonly QueuedDelivery[],
  hasRestRoutes: boolean,
): Promise<void> {
  for (const delivery of deliveries) await deliverWebhook(deps, delivery, hasRestRoutes)
}

/** Runs the queue empty, in the order in which it filled. A delivery that fails is gone all the same: there is no second try. */
export async function runQueue(deps: RequestDeps): Promise<number> {
  let count = 0
  for (let [next] = deps.state.queue.all(); next !== undefined; [next] = deps.state.queue.all()) {
    deps.state.queue.remove(keyOf(next))
    await deliverWebhook(deps, next, true)
    count += 1
  }
  return count
}

/** After a webhook was made or saved: pings until it was once answered 200. */
export async function pingIfPending(deps: RequestDeps, webhookId: number): Promise<void> {
  if (deps.state.webhooks.find(webhookId)?.isPingPending !== true) return
  const pinged = pingWebhook(deps, webhookId)
  deps.pending.track(pinged)
  await pinged
}
