import { z } from 'zod'
import { Problem } from '../../platform/web.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, text, time } from './fields.ts'
import { countDead, findDeliveries, findDeliveryBody, findEvents } from './inbox-store.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import type { Reads } from './reads.ts'

const source = z.enum(['whatsapp', 'woocommerce']).optional()
const eventStates = ['waiting', 'retry', 'done', 'ignored', 'dead'] as const

const delivery = z.strictObject({
  id,
  source: z.string(),
  shopId: id.nullable().meta({ description: "Null: Meta's deliveries may hold several shops." }),
  headers: z.unknown(),
  receivedAt: time,
  state: z.string().meta({ description: 'received, split or dead' }),
  reason: z.string().nullable(),
  eventCount: z.int().nullable(),
  splitAt: time.nullable(),
})

const event = z.strictObject({
  id,
  deliveryId: id,
  source: z.string(),
  shopId: id.nullable(),
  kind: z.string(),
  lane: z.string().nullable().meta({ description: 'What is handled in order; null: no order needed.' }),
  sequence: z.int(),
  state: z.string().meta({ description: eventStates.join(', ') }),
  reason: z.string().nullable(),
  attempts: z.int(),
  dueAt: time,
  receivedAt: time,
  finishedAt: time.nullable(),
})

export function inboxEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/inbox/deliveries',
      summary: 'Webhook deliveries as they came in; state=dead: those that could not be read',
      tag: 'inbox',
      query: z.strictObject({
        ...pageQuery,
        source,
        state: z.enum(['received', 'split', 'dead']).optional(),
      }),
      answer: pageOf(delivery),
      handle: async ({ shop, query }) => toPage(await findDeliveries(reads, shop.id, query, query), query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/inbox/deliveries/:id/body',
      summary: 'The bytes of a delivery, as they came in',
      tag: 'inbox',
      params: z.strictObject({ id: idText }),
      handle: async ({ shop, params }) => {
        const body = await findDeliveryBody(reads, shop.id, params.id)
        if (body === undefined) throw new Problem(404, 'delivery_not_found', 'There is no such delivery')
        return body
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/inbox/events',
      summary: 'What was cut out of deliveries, and how it ended; state=dead: dead letters',
      tag: 'inbox',
      query: z.strictObject({
        ...pageQuery,
        source,
        state: z.enum(eventStates).optional(),
        kind: text(60).optional(),
        delivery: idText.optional(),
      }),
      answer: pageOf(event),
      handle: async ({ shop, query }) => {
        const found = await findEvents(reads, shop.id, { ...query, deliveryId: query.delivery }, query)
        return toPage(found, query)
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/inbox/dead-letters',
      summary: 'How many deliveries and events are dead letters',
      tag: 'inbox',
      answer: z.strictObject({ deliveries: z.int(), events: z.int() }),
      handle: ({ shop }) => countDead(reads, shop.id),
    }),
  ]
}
