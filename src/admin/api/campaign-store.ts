import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'
import type { Reads } from './reads.ts'

export function findCampaigns(reads: Reads, shopId: number, page: Page) {
  const { take, where, orderBy } = keyset(page)
  return reads.campaign.findMany({
    omit: { shopId: true, refusalsInRow: true, failuresInRow: true },
    where: { AND: [where, { shopId }] },
    orderBy,
    take,
  })
}

export function findRuns(reads: Reads, shopId: number, campaignId: number, page: Page) {
  const { take, where, orderBy } = keyset(page)
  return reads.campaignRun.findMany({
    omit: { shopId: true },
    where: { AND: [where, { shopId, campaignId }] },
    orderBy,
    take,
  })
}

export function findRunsInState(reads: Reads, shopId: number, state: string | undefined, page: Page) {
  const { take, where, orderBy } = keyset(page)
  return reads.campaignRun.findMany({
    omit: { shopId: true },
    where: { AND: [where, { shopId, ...given({ state }) }] },
    orderBy,
    take,
  })
}
