import type { Sql, Tx } from '../platform/database.ts'
import type { AccountWords } from './account-words.ts'
import type { NumberHold } from './decide-number-hold.ts'
import { isNews, timeOfNews, type Said } from './latest-word.ts'
import { isLowerTier } from './messaging-tier.ts'

/** What Meta has said of an account so far, locked. Nothing: nobody here has connected it. */
export async function lockWords(
  tx: Tx,
  wabaMetaId: string,
): Promise<{ id: number; words: AccountWords } | undefined> {
  const [row] = await tx.query<{ id: number; words: AccountWords }>(
    `select id, account_words as words from meta_wabas where meta_id = $1 for no key update`,
    [wabaMetaId],
  )
  return row
}

export async function saveWords(tx: Tx, wabaId: number, words: AccountWords, now: Date): Promise<void> {
  await tx.execute(`update meta_wabas set account_words = $2, updated_at = $3 where id = $1`, [
    wabaId,
    JSON.stringify(words),
    now,
  ])
}

export interface AccountNumber extends NumberHold {
  id: number
  shopId: number
  displayPhoneNumber: string
  /** Of Meta's last word on the rate. */
  rateAt: Date | null
}

/** Numbers of a WhatsApp account, locked in the order of their ids. */
export function lockNumbersOfAccount(tx: Tx, wabaMetaId: string): Promise<AccountNumber[]> {
  return tx.query<AccountNumber>(
    `select n.id, n.shop_id, n.display_phone_number, n.state, n.state_reason, n.restricted_until, n.restriction, n.stopped_until, n.rate_at
     from phone_numbers n join meta_wabas w on w.id = n.waba_id where w.meta_id = $1
     order by n.id for no key update of n`,
    [wabaMetaId],
  )
}

/** For numbers that the caller has locked. */
export async function saveHolds(
  tx: Tx,
  holds: readonly (NumberHold & { id: number })[],
  now: Date,
): Promise<void> {
  if (holds.length === 0) return
  await tx.execute(
    `update phone_numbers n set state = u.state, state_reason = u.state_reason, restricted_until = u.restricted_until,
       restriction = u.restriction, stopped_until = u.stopped_until, updated_at = $7
     from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::timestamptz[])
       u(id, state, state_reason, restricted_until, restriction, stopped_until)
     where n.id = u.id`,
    [
      holds.map(({ id }) => id),
      holds.map(({ state }) => state),
      holds.map(({ stateReason }) => stateReason),
      holds.map(({ restrictedUntil }) => restrictedUntil),
      holds.map(({ restriction }) => restriction),
      holds.map(({ stoppedUntil }) => stoppedUntil),
      now,
    ],
  )
}

export async function saveRate(
  tx: Tx,
  id: number,
  rate: { perSecond: number; at: Date; now: Date },
): Promise<void> {
  await tx.execute(
    `update phone_numbers set rate_per_second = $2, rate_at = $3, updated_at = $4 where id = $1`,
    [id, rate.perSecond, rate.at, rate.now],
  )
}

// More than any portfolio has written to: they are counted when the next one is asked for.
const uncounted = 1_000_000_000

export interface TierChange {
  portfolioId: number
  before: string | null
  after: string
}

/** The messaging limit of the portfolio to which an account belongs, the same as before or another. Nothing: Meta has said more since. */
export async function saveTier(
  tx: Tx,
  wabaMetaId: string,
  said: Said & { tier: string },
  now: Date,
): Promise<TierChange | undefined> {
  const [row] = await tx.query<{ id: number; messagingTier: string | null; tierAt: Date | null }>(
    `select p.id, p.messaging_tier, p.tier_at from meta_wabas w join meta_portfolios p on p.id = w.portfolio_id where w.meta_id = $1
     for no key update of p`,
    [wabaMetaId],
  )
  if (row === undefined) return undefined
  const { id, messagingTier: before, tierAt } = row
  if (!isNews(tierAt, said, isLowerTier(said.tier, before))) return undefined
  await tx.execute(
    `update meta_portfolios set messaging_tier = $2, tier_at = $3, updated_at = $4,
       contacts_at_most = case when messaging_tier = $2 then contacts_at_most else $5 end where id = $1`,
    [id, said.tier, timeOfNews(tierAt, said), now, uncounted],
  )
  return { portfolioId: id, before, after: said.tier }
}

export async function listShopsOfPortfolio(sql: Sql, portfolioId: number): Promise<number[]> {
  const rows = await sql.query<{ shopId: number }>(
    `select distinct shop_id from meta_wabas where portfolio_id = $1 order by shop_id`,
    [portfolioId],
  )
  return rows.map(({ shopId }) => shopId)
}
