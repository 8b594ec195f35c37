import { keyset, type Page } from './paging.ts'
import type { Reads } from './reads.ts'

const latest = 100

export function findShopVersions(reads: Reads, shopId: number) {
  return reads.shopSettings.findMany({
    omit: { shopId: true },
    where: { shopId },
    orderBy: { version: 'desc' },
    take: latest,
  })
}

export function findCampaignVersions(reads: Reads, campaignId: number) {
  return reads.campaignSettingsVersion.findMany({
    omit: { campaignId: true },
    where: { campaignId },
    orderBy: { version: 'desc' },
    take: latest,
  })
}

export function findAuditEntries(reads: Reads, shopId: number, page: Page) {
  const { take, where, orderBy } = keyset(page)
  return reads.auditLog.findMany({
    omit: { shopId: true },
    where: { AND: [where, { shopId }] },
    orderBy,
    take,
  })
}
