import { z } from 'zod'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, time } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import type { Reads } from './reads.ts'
import { findAuditEntries } from './version-store.ts'

const entry = z.strictObject({
  id,
  at: time,
  actor: z.string().meta({ description: 'cli, api or system' }),
  action: z
    .string()
    .meta({ description: 'shop.settings, campaign.settings, campaign.switched, run.approved, …' }),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})

export function auditEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/audit',
      summary: 'Who changed what, and when',
      tag: 'settings',
      query: z.strictObject(pageQuery),
      answer: pageOf(entry),
      handle: async ({ shop, query }) => toPage(await findAuditEntries(reads, shop.id, query), query),
    }),
  ]
}
