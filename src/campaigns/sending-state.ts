import { listSpend } from '../outbox/spend-store.ts'
import { countContacts } from '../outbox/tier-store.ts'
import type { Sql } from '../platform/database.ts'
import { findSendingStop, type SendingStop } from '../shops/kill-switch-store.ts'
import { readMessagingTier } from '../shops/messaging-tier.ts'
import { listOpenNotices } from '../shops/notice-store.ts'
import { dayIn } from '../shops/shop-day.ts'
import type { Shop } from '../shops/shop.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import {
  listCampaignStates,
  listNumberStates,
  listWaiting,
  type CampaignRow,
  type NumberRow,
  type WaitingRow,
} from './sending-state-store.ts'

export interface Budget {
  /** Null: no limit. */
  limitMicros: number | null
  setAsideMicros: number
}

/** Everything on which it hangs whether and how fast a shop sends. */
export interface SendingState {
  stop: SendingStop
  /** Of the shop, YYYY-MM-DD: what budgets and campaigns' figures are of. */
  day: string
  currency: string
  budget: Budget
  numbers: (NumberRow & { people: { written: number; limit: number | null } | null })[]
  campaigns: (CampaignRow & { budget: Budget })[]
  waiting: WaitingRow[]
  openNotices: number
}

const dayMs = 86_400_000

export async function loadSendingState(
  sql: Sql,
  shop: Pick<Shop, 'id' | 'timeZone'>,
  now: Date,
): Promise<SendingState> {
  const day = dayIn(shop.timeZone, now)
  const { sending } = await loadShopSettings(sql, shop.id)
  const spent = new Map((await listSpend(sql, shop.id, day)).map((row) => [row.campaignId, row.micros]))
  const campaigns = await listCampaignStates(sql, shop.id, day)
  return {
    stop: await findSendingStop(sql, shop.id),
    day,
    currency: sending.prices.currency,
    budget: { limitMicros: sending.dailyBudgetMicros, setAsideMicros: spent.get(0) ?? 0 },
    numbers: await withPeople(sql, await listNumberStates(sql, shop.id), now),
    campaigns: campaigns.map((campaign) => ({
      ...campaign,
      budget: {
        limitMicros: sending.campaignBudgets[campaign.kind] ?? null,
        setAsideMicros: spent.get(campaign.id) ?? 0,
      },
    })),
    waiting: await listWaiting(sql, shop.id, now),
    openNotices: (await listOpenNotices(sql, shop.id)).length,
  }
}

async function withPeople(
  sql: Sql,
  numbers: readonly NumberRow[],
  now: Date,
): Promise<SendingState['numbers']> {
  const since = new Date(now.getTime() - dayMs)
  const written = new Map<number, number>()
  return Promise.all(
    numbers.map(async (number) => {
      const { portfolioId } = number
      const tier = readMessagingTier(number.messagingTier)
      // Where there is no limit nobody is counted.
      if (portfolioId === null || tier.kind === 'unlimited') return { ...number, people: null }
      const people = written.get(portfolioId) ?? (await countContacts(sql, portfolioId, since))
      written.set(portfolioId, people)
      return { ...number, people: { written: people, limit: tier.kind === 'limited' ? tier.people : null } }
    }),
  )
}
