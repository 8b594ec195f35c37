import { z } from 'zod'
import { findCampaigns, findRuns } from './campaign-store.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, time } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import type { Reads } from './reads.ts'
import { withReasonText } from './reason-text.ts'

const campaign = z.strictObject({
  id,
  kind: z.string(),
  isOn: z.boolean(),
  onSince: time.nullable().meta({ description: 'Nothing from before this moment is announced.' }),
  settings: z.unknown(),
  audience: z.unknown(),
  holdoutBps: z.int(),
  variants: z.unknown(),
  settingsVersion: z.int(),
  createdAt: time,
  updatedAt: time,
  stoppedAt: time
    .nullable()
    .meta({ description: 'Since when nothing of it begins (GET /v1/sending); null: it runs.' }),
  stopReason: z.string().nullable(),
  stopDetails: z.unknown(),
})

export const run = z.strictObject({
  id,
  campaignId: id,
  cycleId: id.nullable(),
  priceEventId: id.nullable(),
  productId: id,
  state: z.string().meta({ description: "new, held (waits for the merchant's yes), running or done" }),
  reason: z.string().nullable(),
  reasonText: z.string().nullable(),
  nextWaveAt: time,
  expiresAt: time,
  waves: z.int(),
  waveLeft: z.int().nullable(),
  waveTold: z.int(),
  approvedAt: time.nullable(),
  settingsVersion: z.int(),
  createdAt: time,
  finishedAt: time.nullable(),
})

export function campaignEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/campaigns',
      summary: 'Campaigns: on or off, and their settings',
      tag: 'campaigns',
      query: z.strictObject(pageQuery),
      answer: pageOf(campaign),
      handle: async ({ shop, query }) => toPage(await findCampaigns(reads, shop.id, query), query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/campaigns/:id/runs',
      summary: 'The runs of a campaign: one for each stock cycle it worked through',
      tag: 'campaigns',
      params: z.strictObject({ id: idText }),
      query: z.strictObject(pageQuery),
      answer: pageOf(run),
      handle: async ({ shop, params, query }) => {
        const found = await findRuns(reads, shop.id, params.id, query)
        return toPage(found.map(withReasonText), query)
      },
    }),
  ]
}
