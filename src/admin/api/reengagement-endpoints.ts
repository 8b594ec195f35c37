import { z } from 'zod'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, text, time } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import type { Reads } from './reads.ts'
import { withReasonText } from './reason-text.ts'
import { findCandidacies } from './reengagement-store.ts'

const states = [
  'waiting',
  'reserved',
  'uncertain',
  'sent',
  'delivered',
  'failed',
  'unknown',
  'suppressed',
  'held_out',
  'expired',
] as const

const candidacy = z.strictObject({
  id,
  campaignId: id,
  personId: id,
  productId: id.nullable().meta({ description: 'null: about no product' }),
  itemKey: z.string(),
  occasion: z.string().meta({ description: 'cycle:<id>, price:<id> or episode:<date>' }),
  runId: id.nullable(),
  cycleId: id.nullable(),
  priceEventId: id.nullable(),
  value: z.int().meta({ description: "Its worth beside the same person's others: the smaller goes first." }),
  referenceMinor: z.int().nullable(),
  priceMinor: z.int().nullable(),
  dropBps: z.int().nullable(),
  choice: z.unknown().meta({ description: 'What was chosen for this person.' }),
  reservations: z.int(),
  trigger: z.string().meta({ description: 'asked, viewed or daily' }),
  alertId: id.nullable(),
  rank: z.int(),
  interestAt: time,
  variant: z.string().nullable(),
  settingsVersion: z.int(),
  rules: z.unknown().meta({ description: 'The values of the rules that decided.' }),
  state: z.string().meta({ description: states.join(', ') }),
  reason: z.string().nullable(),
  reasonText: z.string().nullable().meta({ description: 'Why, in words.' }),
  reasonCount: z.int().meta({ description: 'How many times in a row this was the reason.' }),
  competingId: id.nullable().meta({ description: 'The candidacy that took the place.' }),
  messageId: id.nullable(),
  retryAt: time.nullable(),
  expiresAt: time,
  consideredAt: time,
  updatedAt: time,
})

export function reengagementEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/reengagement-log',
      summary: 'Who was considered for which message, what became of it, and why',
      tag: 're-engagement',
      query: z.strictObject({
        ...pageQuery,
        person: idText.optional(),
        campaign: idText.optional(),
        product: idText.optional(),
        state: z.enum(states).optional(),
        reason: text(60).optional(),
      }),
      answer: pageOf(candidacy),
      handle: async ({ shop, query }) => {
        const found = await findCandidacies(reads, shop.id, query, query)
        return toPage(found.map(withReasonText), query)
      },
    }),
  ]
}
