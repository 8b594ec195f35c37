import { toText } from '../read-values.ts'
import { listItems, type ListRules } from './list-items.ts'
import type { Given } from './product-changes.ts'
import { renderWebhook } from './render-others.ts'
import { invalidId, RestError } from './rest-error.ts'
import { ownId, toBodies, type RestResource } from './rest-resource.ts'
import { nowSecondMs, type ShopDeps, type Webhook } from './shop-state.ts'
import { isTopic } from './woo-webhooks.ts'

const statuses = ['active', 'paused', 'disabled']

const rules: ListRules<Webhook> = {
  orderBys: { title: ({ name }) => name },
  defaultOrderBy: 'date',
  defaultOrder: 'desc',
  schema: { status: { type: 'enum', values: ['all', ...statuses] } },
  keeps: ({ status }, query) =>
    query.status === undefined || query.status === 'all' || query.status === status,
}

/** The ping that follows a webhook's making, and each saving until one was answered, is sent by the route. */
export const webhooks: RestResource = {
  path: 'webhooks',
  schema: {
    name: { type: 'string' },
    status: { type: 'enum', values: statuses },
    topic: { type: 'string' },
    secret: { type: 'string' },
  },
  list: (deps, _above, query) =>
    toBodies(listItems(deps.state.webhooks.all(), query, deps.site.timeZone, rules), (one) =>
      renderWebhook(deps, one),
    ),
  find: (deps, at) => renderWebhook(deps, loadWebhook(deps, at, 404)),
  create: (request, _above, given) => {
    const id = request.state.nextId('webhooks')
    const webhook: Webhook = {
      id,
      name: toText(given.name) || `Webhook created on ${new Date(nowSecondMs(request)).toISOString()}`,
      status: given.status === undefined ? 'active' : (toText(given.status) as Webhook['status']),
      topic: readTopic(given),
      deliveryUrl: readUrl(given),
      // Without one of the caller's it gets one that nobody can read.
      secret: toText(given.secret) || request.random.token(36),
      failureCount: 0,
      isPingPending: true,
      createdMs: nowSecondMs(request),
      modifiedMs: null,
    }
    return renderWebhook(request, request.state.webhooks.put(id, webhook))
  },
  update: (request, at, given) => {
    const webhook = loadWebhook(request, at, 400)
    // An activated webhook keeps its count of failures: the next one disables it again.
    const saved = request.state.webhooks.put(webhook.id, {
      ...webhook,
      ...(given.name === undefined ? {} : { name: toText(given.name) }),
      ...(given.status === undefined ? {} : { status: toText(given.status) as Webhook['status'] }),
      ...(given.topic === undefined ? {} : { topic: readTopic(given) }),
      ...(given.delivery_url === undefined ? {} : { deliveryUrl: readUrl(given) }),
      ...(given.secret === undefined ? {} : { secret: toText(given.secret) }),
      modifiedMs: nowSecondMs(request),
    })
    return renderWebhook(request, saved)
  },
  remove: (request, at, isForced) => {
    const webhook = loadWebhook(request, at, 404)
    if (!isForced)
      throw new RestError(501, 'woocommerce_rest_trash_not_supported', 'Webhooks do not support trashing.')
    request.state.webhooks.remove(webhook.id)
    return renderWebhook(request, webhook)
  },
}

function readTopic(given: Given): string {
  const topic = toText(given.topic)
  if (isTopic(topic)) return topic
  throw new RestError(
    400,
    'woocommerce_rest_shop_webhook_invalid_topic',
    'Webhook topic is required and must be valid.',
  )
}

function readUrl(given: Given): string {
  const url = toText(given.delivery_url)
  if (/^https?:\/\/\S+$/.test(url)) return url
  const message = 'Webhook delivery URL must be a valid URL starting with http:// or https://.'
  throw new RestError(400, 'woocommerce_rest_shop_webhook_invalid_delivery_url', message)
}

function loadWebhook({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Webhook {
  const webhook = state.webhooks.find(ownId(at))
  if (webhook === undefined) throw invalidId('webhook', status)
  return webhook
}
