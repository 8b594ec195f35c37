import type { Sql, Tx } from '../platform/database.ts'

export interface AccountNumber {
  id: number
  shopId: number
  displayPhoneNumber: string
}

const named = `n.id, n.shop_id, n.display_phone_number`

/** Numbers of a WhatsApp account, locked in the order of their ids. */
export function lockNumbersOfAccount(tx: Tx, wabaMetaId: string): Promise<AccountNumber[]> {
  return tx.query<AccountNumber>(
    `select ${named} from phone_numbers n join meta_wabas w on w.id = n.waba_id where w.meta_id = $1
     order by n.id for no key update of n`,
    [wabaMetaId],
  )
}

export async function saveRestriction(
  tx: Tx,
  ids: readonly number[],
  restriction: { until: Date | null; types: string | null; now: Date },
): Promise<void> {
  await tx.execute(
    `update phone_numbers set restricted_until = $2, restriction = $3, updated_at = $4 where id = any($1)`,
    [ids, restriction.until, restriction.types, restriction.now],
  )
}

/** Those that were not stopped so far. */
export function saveStopped(
  tx: Tx,
  ids: readonly number[],
  stop: { reason: string; now: Date },
): Promise<AccountNumber[]> {
  return tx.query<AccountNumber>(
    `update phone_numbers n set state = 'stopped', state_reason = $2, updated_at = $3 where id = any($1) and state <> 'stopped'
     returning ${named}`,
    [ids, stop.reason, stop.now],
  )
}

/** Of these, those that were stopped for one of the reasons; all reasons, if none is named. */
export function saveStarted(
  tx: Tx,
  ids: readonly number[],
  start: { reasons?: readonly string[]; now: Date },
): Promise<AccountNumber[]> {
  return tx.query<AccountNumber>(
    `update phone_numbers n set state = 'active', state_reason = null, updated_at = $3
     where id = any($1) and state = 'stopped' and ($2::text[] is null or state_reason = any($2)) returning ${named}`,
    [ids, start.reasons ?? null, start.now],
  )
}

export async function saveRate(tx: Tx, id: number, ratePerSecond: number, now: Date): Promise<void> {
  await tx.execute(`update phone_numbers set rate_per_second = $2, updated_at = $3 where id = $1`, [
    id,
    ratePerSecond,
    now,
  ])
}

// More than any portfolio has written to: they are counted when the next one is asked for.
const uncounted = 1_000_000_000

export interface TierChange {
  portfolioId: number
  before: string | null
  after: string
}

/** The messaging limit of the portfolio to which an account belongs. Nothing: it was that already. */
export async function saveTier(
  tx: Tx,
  wabaMetaId: string,
  tier: string,
  now: Date,
): Promise<TierChange | undefined> {
  const [row] = await tx.query<{ id: number; messagingTier: string | null }>(
    `select p.id, p.messaging_tier from meta_wabas w join meta_portfolios p on p.id = w.portfolio_id where w.meta_id = $1
     for no key update of p`,
    [wabaMetaId],
  )
  if (row === undefined || row.messagingTier === tier) return undefined
  await tx.execute(
    `update meta_portfolios set messaging_tier = $2, contacts_at_most = $3, updated_at = $4 where id = $1`,
    [row.id, tier, uncounted, now],
  )
  return { portfolioId: row.id, before: row.messagingTier, after: tier }
}

export async function listShopsOfPortfolio(sql: Sql, portfolioId: number): Promise<number[]> {
  const rows = await sql.query<{ shopId: number }>(
    `select distinct shop_id from meta_wabas where portfolio_id = $1 order by shop_id`,
    [portfolioId],
  )
  return rows.map(({ shopId }) => shopId)
}
