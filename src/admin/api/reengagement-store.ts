import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'
import { findRecordsOfPerson } from './person-store.ts'
import type { Reads } from './reads.ts'

export interface CandidacyFilter {
  person?: number | undefined
  campaign?: number | undefined
  product?: number | undefined
  state?: string | undefined
  reason?: string | undefined
}

export async function findCandidacies(reads: Reads, shopId: number, filter: CandidacyFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const { person, campaign: campaignId, product: productId, state, reason } = filter
  const records = person === undefined ? undefined : await findRecordsOfPerson(reads, shopId, person)
  const personId = records === undefined ? undefined : { in: records.ids }
  return reads.reengagementLog.findMany({
    omit: { shopId: true },
    where: { AND: [where, { shopId, ...given({ personId, campaignId, productId, state, reason }) }] },
    orderBy,
    take,
  })
}
