import type { Tx } from '../platform/database.ts'
import { raiseNotice } from '../shops/notice-store.ts'
import { readMessagingTier } from '../shops/messaging-tier.ts'
import { decideTier, decideTierWaits, mayHaveLeft, type OutsideWindow } from './decide-tier.ts'
import { groupBy } from './group-by.ts'
import type { GuardedMessage, HeldBack } from './guarded-message.ts'
import {
  countWithFirst,
  listCounted,
  listPortfolios,
  lockPortfolios,
  saveContacts,
  saveContactsAtMost,
  saveCount,
  saveLine,
  type PortfolioRow,
} from './tier-store.ts'

const dayMs = 86_400_000

export interface TierAnswer {
  held: Map<number, HeldBack>
  /** Counts those that go in the end. */
  record: (gone: readonly GuardedMessage[]) => Promise<void>
}

/** What a portfolio is asked for. */
interface Asked {
  portfolioId: number
  messages: GuardedMessage[]
  /** Locked; undefined: no limit is known, so everybody goes and is counted. */
  row: PortfolioRow | undefined
  /** Addresses that are counted already. */
  counted: ReadonlySet<string>
}

/**
 * Meta's messaging limit: so many different people in a moving day, of all numbers of a portfolio together, outside the 24-hour window.
 * Locks limited portfolios until the transaction ends. Where Meta names no limit nobody is counted; before it has named one, they are, and
 * nobody waits.
 */
export async function guardTier(tx: Tx, wanted: readonly GuardedMessage[], now: Date): Promise<TierAnswer> {
  const outside = wanted.filter((message) => message.isTemplate && !message.isWindowOpen)
  const asked = outside.length === 0 ? [] : await lockAsked(tx, outside, now)
  const held = new Map<number, HeldBack>()
  for (const one of asked) {
    for (const [id, until] of await limitPortfolio(tx, one, now))
      held.set(id, { kind: 'defer', until, reason: 'tier_reached' })
  }
  return { held, record: (gone) => record(tx, asked, gone, now) }
}

async function lockAsked(tx: Tx, outside: readonly GuardedMessage[], now: Date): Promise<Asked[]> {
  const portfolios = await listPortfolios(tx, [...new Set(outside.map((message) => message.wabaId))])
  const ofWaba = new Map(portfolios.map((portfolio) => [portfolio.wabaId, portfolio]))
  const byPortfolio = groupBy(outside, (message) => ofWaba.get(message.wabaId)?.id)
  const known = portfolios.map(({ id, messagingTier }) => ({ id, ...readMessagingTier(messagingTier) }))
  const limited = [...new Set(known.filter(({ kind }) => kind === 'limited').map(({ id }) => id))]
  const rows = limited.length === 0 ? [] : await lockPortfolios(tx, limited)
  const asked: Asked[] = []
  for (const id of new Set(known.filter(({ kind }) => kind !== 'unlimited').map((one) => one.id))) {
    const messages = byPortfolio.get(id) ?? []
    const row = rows.find((one) => one.id === id)
    const addresses = messages.map(({ sentTo }) => sentTo)
    const counted =
      row === undefined ? new Set<string>() : await listCounted(tx, id, addresses, dayBefore(now))
    asked.push({ portfolioId: id, messages, row, counted })
  }
  return asked
}

async function limitPortfolio(
  tx: Tx,
  { row, messages, counted }: Asked,
  now: Date,
): Promise<Map<number, Date>> {
  const tier = readMessagingTier(row?.messagingTier ?? null)
  if (row === undefined || tier.kind !== 'limited') return new Map()
  const wanted = messages.map(toOutsideWindow)
  const decide = () => decideTier(wanted, { counted, room: tier.people - row.contactsAtMost })
  let decided = decide()
  const isFull = decided.held.length > 0 || decided.added.length > tier.people - row.contactsAtMost
  if (isFull && mayHaveLeft(row, tier.people, now)) {
    await countAgain(tx, row, now)
    decided = decide()
  }
  if (decided.held.length === 0) return new Map()
  const { waits, lineAt } = decideTierWaits(decided.held, { lineAt: row.lineAt, people: tier.people }, now)
  await saveLine(tx, row.id, lineAt)
  await tellReached(tx, messages, { limit: tier.people, now })
  return waits
}

/** Contacts leave the moving day as time goes by. The caller has locked the portfolio. */
export async function countAgain(tx: Tx, row: PortfolioRow, now: Date): Promise<void> {
  const { people, firstAt } = await countWithFirst(tx, row.id, dayBefore(now))
  row.contactsAtMost = people
  row.contactsLeaveAt = firstAt === null ? null : new Date(firstAt.getTime() + dayMs)
  await saveCount(tx, row)
}

function toOutsideWindow({ id, sentTo, purpose }: GuardedMessage): OutsideWindow {
  return { id, address: sentTo, mayWait: purpose !== 'reply' }
}

async function tellReached(
  tx: Tx,
  messages: readonly GuardedMessage[],
  { limit, now }: { limit: number; now: Date },
): Promise<void> {
  for (const shopId of [...new Set(messages.map((message) => message.shopId))].sort((a, b) => a - b))
    await raiseNotice(tx, { shopId, code: 'messaging_tier_reached', subject: '', details: { limit }, now })
}

async function record(
  tx: Tx,
  asked: readonly Asked[],
  gone: readonly GuardedMessage[],
  now: Date,
): Promise<void> {
  const going = new Set(gone.map((message) => message.id))
  for (const { portfolioId, messages, row, counted } of asked) {
    const addresses = [...new Set(messages.filter(({ id }) => going.has(id)).map(({ sentTo }) => sentTo))]
    const added = addresses.filter((address) => !counted.has(address))
    if (row !== undefined && added.length > 0)
      await saveContactsAtMost(tx, portfolioId, row.contactsAtMost + added.length)
    await saveContacts(tx, portfolioId, addresses, now)
  }
}

function dayBefore(now: Date): Date {
  return new Date(now.getTime() - dayMs)
}
