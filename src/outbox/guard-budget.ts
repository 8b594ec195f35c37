import type { Tx } from '../platform/database.ts'
import { raiseNotice } from '../shops/notice-store.ts'
import { dayIn, nextMidnightIn } from '../shops/shop-day.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import { decideBudget, type DayBudget, type Priced } from './decide-budget.ts'
import { groupBy } from './group-by.ts'
import type { GuardedMessage, HeldBack } from './guarded-message.ts'
import { priceOf } from './message-price.ts'
import { isMarketing } from './purpose.ts'
import { addSpend, listKinds, saveReserved, type SpendRow } from './spend-store.ts'

/** Notes on messages what is set aside for them; whoever writes them anyway does it in the same statement. */
export type NoteReserved = (
  tx: Tx,
  reserved: readonly { id: number; micros: number; day: string }[],
) => Promise<void>

/**
 * Sets aside what templates cost once they are delivered, in the price table's currency, on the shop's day; where a budget is set, only as
 * much as it holds, over all senders: what does not fit waits for the next day. Returns those that wait.
 */
export async function guardBudget(
  tx: Tx,
  wanted: readonly GuardedMessage[],
  now: Date,
  noteReserved: NoteReserved = saveReserved,
): Promise<Map<number, HeldBack>> {
  const priced = wanted.filter((message) => message.isTemplate && isMarketing(message.purpose))
  const byShop = groupBy(priced, (message) => message.shopId)
  const held = new Map<number, HeldBack>()
  for (const [shopId, ofShop] of [...byShop].sort(([a], [b]) => a - b)) {
    const { timeZone } = await loadShop(tx, shopId)
    const { sending } = await loadShopSettings(tx, shopId)
    const asked = {
      shopId,
      day: dayIn(timeZone, now),
      sending,
      messages: ofShop.map(({ id, campaignId, country }) => ({
        id,
        campaignId,
        micros: priceOf(sending.prices, country),
      })),
    }
    const budget = await lockBudget(tx, asked)
    const decision = decideBudget(asked.messages, budget)
    await setAside(tx, asked, decision.goes, noteReserved)
    for (const id of decision.held.keys())
      held.set(id, { kind: 'defer', until: nextMidnightIn(timeZone, now), reason: 'budget_reached' })
    if (decision.held.size > 0) await tellReached(tx, asked, { budget, held: decision.held, now })
  }
  return held
}

interface Asked {
  shopId: number
  day: string
  sending: ShopSettings['sending']
  messages: Priced[]
}

const noLimit: DayBudget = { limit: null, spent: 0, campaigns: new Map() }

async function lockBudget(tx: Tx, { shopId, day, sending, messages }: Asked): Promise<DayBudget> {
  const limits = sending.campaignBudgets
  if (sending.dailyBudgetMicros === null && Object.keys(limits).length === 0) return noLimit
  const ids = campaignsOf(messages)
  const kinds = await listKinds(tx, ids)
  const rows = await addSpend(
    tx,
    [0, ...ids].map((campaignId) => ({ shopId, campaignId, day, micros: 0 })),
  )
  const spent = new Map(rows.map(({ campaignId, micros }) => [campaignId, micros]))
  return {
    limit: sending.dailyBudgetMicros,
    spent: spent.get(0) ?? 0,
    campaigns: new Map(
      ids.map((id) => [id, { limit: limits[kinds.get(id) ?? ''] ?? null, spent: spent.get(id) ?? 0 }]),
    ),
  }
}

async function setAside(
  tx: Tx,
  { shopId, day }: Asked,
  goes: readonly Priced[],
  noteReserved: NoteReserved,
): Promise<void> {
  if (goes.length === 0) return
  const sum = (messages: readonly Priced[]): number => messages.reduce((all, { micros }) => all + micros, 0)
  const rows: SpendRow[] = [
    { shopId, campaignId: 0, day, micros: sum(goes) },
    ...campaignsOf(goes).map((id) => ({
      shopId,
      campaignId: id,
      day,
      micros: sum(goes.filter(({ campaignId }) => campaignId === id)),
    })),
  ]
  await addSpend(tx, rows)
  await noteReserved(
    tx,
    goes.map(({ id, micros }) => ({ id, micros, day })),
  )
}

function campaignsOf(messages: readonly Priced[]): number[] {
  return [...new Set(messages.flatMap(({ campaignId }) => campaignId ?? []))]
}

async function tellReached(
  tx: Tx,
  { shopId, day, sending, messages }: Asked,
  { budget, held, now }: { budget: DayBudget; held: ReadonlyMap<number, 'shop' | 'campaign'>; now: Date },
): Promise<void> {
  const { currency } = sending.prices
  const code = 'budget_reached'
  const ofCampaigns = campaignsOf(messages.filter(({ id }) => held.get(id) === 'campaign'))
  const kinds = await listKinds(tx, ofCampaigns)
  for (const id of ofCampaigns) {
    const details = { day, currency, budgetMicros: budget.campaigns.get(id)?.limit ?? null }
    await raiseNotice(tx, { shopId, code, subject: kinds.get(id) ?? '', details, now })
  }
  if (![...held.values()].includes('shop')) return
  await raiseNotice(tx, {
    shopId,
    code,
    subject: '',
    details: { day, currency, budgetMicros: budget.limit },
    now,
  })
}
