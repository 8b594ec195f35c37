import { listSpend } from '../outbox/spend-store.ts'
import { countContacts } from '../outbox/tier-store.ts'
import type { Sql } from '../platform/database.ts'
import { endShown } from '../shops/decide-number-hold.ts'
import { findSendingStop, type SendingStop } from '../shops/kill-switch-store.ts'
import { readMessagingTier } from '../shops/messaging-tier.ts'
import { countOpenNotices } from '../shops/notice-store.ts'
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

export interface NumberState extends NumberRow {
  /** Meta lets it answer, and begin nothing: until `restrictedUntil`, or, where that is null, until Meta lifts it. */
  isRestricted: boolean
  /** Null: no limit, nobody is counted. */
  people: { written: number; limit: number | null } | null
}

/** Everything on which it hangs whether and how fast a shop sends. */
export interface SendingState {
  stop: SendingStop
  /** Of the shop, YYYY-MM-DD: what budgets and campaigns' figures are of. */
  day: string
  currency: string
  budget: Budget
  numbers: NumberState[]
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
    numbers: await loadNumberStates(sql, shop.id, now),
    campaigns: campaigns.map((campaign) => ({
      ...campaign,
      budget: {
        limitMicros: sending.campaignBudgets[campaign.kind] ?? null,
        setAsideMicros: spent.get(campaign.id) ?? 0,
      },
    })),
    waiting: await listWaiting(sql, shop.id, now),
    openNotices: await countOpenNotices(sql, shop.id),
  }
}

export async function loadNumberStates(sql: Sql, shopId: number, now: Date): Promise<NumberState[]> {
  const numbers = (await listNumberStates(sql, shopId)).map((number) => withRestriction(number, now))
  const since = new Date(now.getTime() - dayMs)
  const portfolioIds = new Set(numbers.filter(isCounted).map(({ portfolioId }) => portfolioId))
  const counts = [...portfolioIds].map(async (id) => [id, await countContacts(sql, id, since)] as const)
  const written = new Map(await Promise.all(counts))
  return numbers.map((number) => {
    if (!isCounted(number)) return { ...number, people: null }
    const tier = readMessagingTier(number.messagingTier)
    const limit = tier.kind === 'limited' ? tier.people : null
    return { ...number, people: { written: written.get(number.portfolioId) ?? 0, limit } }
  })
}

function withRestriction(number: NumberRow, now: Date): Omit<NumberState, 'people'> {
  const { restrictedUntil } = number
  const isRestricted = restrictedUntil !== null && restrictedUntil > now
  return { ...number, isRestricted, restrictedUntil: endShown(restrictedUntil) }
}

// Where there is no limit nobody is counted.
function isCounted<T extends NumberRow>(number: T): number is T & { portfolioId: number } {
  return number.portfolioId !== null && readMessagingTier(number.messagingTier).kind !== 'unlimited'
}
