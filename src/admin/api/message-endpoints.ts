import { z } from 'zod'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, time } from './fields.ts'
import { findInboundMessages, findMessages } from './message-store.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import { withReasonText } from './reason-text.ts'
import type { Reads } from './reads.ts'
import { sentenceOfState } from '../../outbox/message-states.ts'

const states = [
  'waiting',
  'sending',
  'uncertain',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'outcome_unknown',
  'suppressed',
  'expired',
  'held_out',
] as const

const outgoing = z.strictObject({
  id,
  personId: id,
  purpose: z.string().meta({ description: 'reply, transactional, alert, campaign or merchant_notice' }),
  lane: z.int().meta({ description: '0 replies, 1 alerts, 2 campaigns: the smaller goes first.' }),
  campaignId: id.nullable(),
  state: z.string().meta({ description: states.join(', ') }),
  stateText: z.string().meta({ description: 'The state in words.' }),
  reason: z.string().nullable(),
  reasonText: z.string().nullable().meta({ description: 'The reason in words.' }),
  content: z.unknown(),
  callbackId: z.string().meta({ description: 'What travels in biz_opaque_callback_data.' }),
  attempt: z.int(),
  dueAt: time,
  expiresAt: time.nullable(),
  countedAt: time.nullable().meta({ description: 'When it counts against the caps; null: it does not.' }),
  createdAt: time,
  startedAt: time.nullable(),
  acceptedAt: time.nullable(),
  uncertainAt: time.nullable(),
  wamid: z.string().nullable(),
  messageStatus: z.string().nullable().meta({
    description: 'Meta’s word on a template it took: accepted, held_for_quality_assessment or paused.',
  }),
  endpoint: z
    .string()
    .nullable()
    .meta({ description: 'marketing_messages: through Meta’s endpoint for marketing; null: /messages.' }),
  sentTo: z.string().nullable(),
  templateName: z.string().nullable(),
  templateLanguage: z.string().nullable(),
  sentAt: time.nullable(),
  deliveredAt: time.nullable(),
  readAt: time.nullable(),
  failedAt: time.nullable(),
  errorCode: z.int().nullable(),
  errorDetails: z.string().nullable(),
  pricingCategory: z.string().nullable(),
  pricingType: z.string().nullable(),
})

const inbound = z.strictObject({
  id,
  personId: id,
  wamid: z.string(),
  type: z.string(),
  body: z.string().nullable(),
  contextWamid: z.string().nullable(),
  at: time,
  receivedAt: time,
})

function withStateText<Row extends { state: string; messageStatus: string | null }>(row: Row) {
  return { ...row, stateText: sentenceOfState(row.state, row.messageStatus) }
}

export function messageEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/messages',
      summary: 'Messages to people, with the state of each',
      tag: 'messages',
      query: z.strictObject({
        ...pageQuery,
        person: idText.optional(),
        state: z.enum(states).optional(),
        purpose: z.enum(['reply', 'transactional', 'alert', 'campaign', 'merchant_notice']).optional(),
      }),
      answer: pageOf(outgoing),
      handle: async ({ shop, query }) => {
        const found = await findMessages(reads, shop.id, { ...query, personId: query.person }, query)
        return toPage(found.map(withReasonText).map(withStateText), query)
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/messages/inbound',
      summary: 'Messages from people',
      tag: 'messages',
      query: z.strictObject({ ...pageQuery, person: idText.optional() }),
      answer: pageOf(inbound),
      handle: async ({ shop, query }) =>
        toPage(await findInboundMessages(reads, shop.id, query.person, query), query),
    }),
  ]
}
