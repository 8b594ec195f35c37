import type { Sql, Tx } from '../platform/database.ts'

export interface PortfolioRow {
  id: number
  messagingTier: string | null
  /** At most so many contacts are in the moving day: it falls when they are counted again. */
  contactsAtMost: number
  /** Nobody leaves the moving day before it; null: nobody was counted yet. */
  contactsLeaveAt: Date | null
  /** Where the line of those who wait for room ends. */
  lineAt: Date | null
}

export function listPortfolios(
  sql: Sql,
  wabaIds: readonly number[],
): Promise<{ id: number; wabaId: number; messagingTier: string | null }[]> {
  return sql.query(
    `select p.id, w.id as waba_id, p.messaging_tier from meta_wabas w join meta_portfolios p on p.id = w.portfolio_id
     where w.id = any($1) order by p.id`,
    [wabaIds],
  )
}

/** In id order: who wants the same ones waits, and then sees what the one before has counted. */
export function lockPortfolios(tx: Tx, ids: readonly number[]): Promise<PortfolioRow[]> {
  return tx.query(
    `select id, messaging_tier, contacts_at_most, contacts_leave_at, tier_line_at as line_at from meta_portfolios where id = any($1) order by id for no key update`,
    [ids],
  )
}

/** Which of these addresses are counted. */
export async function listCounted(
  sql: Sql,
  portfolioId: number,
  addresses: readonly string[],
  since: Date,
): Promise<Set<string>> {
  const rows = await sql.query<{ address: string }>(
    `select address from portfolio_contacts where portfolio_id = $1 and address = any($2) and last_at > $3`,
    [portfolioId, addresses, since],
  )
  return new Set(rows.map((row) => row.address))
}

export async function countContacts(sql: Sql, portfolioId: number, since: Date): Promise<number> {
  return (await countWithFirst(sql, portfolioId, since)).people
}

/** How many there are, and the last time of the one who leaves the moving day first. */
export async function countWithFirst(
  sql: Sql,
  portfolioId: number,
  since: Date,
): Promise<{ people: number; firstAt: Date | null }> {
  const [row] = await sql.query<{ people: number; firstAt: Date | null }>(
    `select count(*)::int as people, min(last_at) as first_at from portfolio_contacts
     where portfolio_id = $1 and last_at > $2`,
    [portfolioId, since],
  )
  return row ?? { people: 0, firstAt: null }
}

export async function saveCount(
  tx: Tx,
  { id, contactsAtMost, contactsLeaveAt }: PortfolioRow,
): Promise<void> {
  await tx.execute(`update meta_portfolios set contacts_at_most = $2, contacts_leave_at = $3 where id = $1`, [
    id,
    contactsAtMost,
    contactsLeaveAt,
  ])
}

/** Null: nobody is in line any more. */
export async function saveLine(tx: Tx, portfolioId: number, lineAt: Date | null): Promise<void> {
  await tx.execute(`update meta_portfolios set tier_line_at = $2 where id = $1`, [portfolioId, lineAt])
}

export async function saveContacts(
  tx: Tx,
  portfolioId: number,
  addresses: readonly string[],
  now: Date,
): Promise<void> {
  if (addresses.length === 0) return
  await tx.execute(
    `insert into portfolio_contacts (portfolio_id, address, last_at)
     select distinct $1::bigint, address, $3::timestamptz from unnest($2::text[]) address order by address
     on conflict (portfolio_id, address) do update set last_at = greatest(portfolio_contacts.last_at, excluded.last_at)`,
    [portfolioId, addresses, now],
  )
}

export async function saveContactsAtMost(tx: Tx, portfolioId: number, people: number): Promise<void> {
  await tx.execute(
    `update meta_portfolios set contacts_at_most = $2 where id = $1 and contacts_at_most <> $2`,
    [portfolioId, people],
  )
}

/** What no moving day counts any more, of a shop's portfolios. Returns how many rows went. */
export function forgetContacts(sql: Sql, shopId: number, before: Date, limit: number): Promise<number> {
  return sql.execute(
    `delete from portfolio_contacts where (portfolio_id, address) in (
       select portfolio_id, address from portfolio_contacts
       where portfolio_id in (select portfolio_id from meta_wabas where shop_id = $1) and last_at <= $2
       limit $3 for update skip locked)`,
    [shopId, before, limit],
  )
}

/**
 * Counts those whom a portfolio's numbers have sent templates since then, from the messages themselves: for a portfolio that had no limit
 * before. Who had an open window counts too, since nobody remembers; that errs on the safe side for a day.
 */
export async function countFromMessages(tx: Tx, portfolioId: number, since: Date): Promise<void> {
  await tx.execute(
    `insert into portfolio_contacts (portfolio_id, address, last_at)
     select $1, m.sent_to, max(m.started_at) from messages m
       join phone_numbers n on n.id = m.phone_number_id join meta_wabas w on w.id = n.waba_id
     where w.portfolio_id = $1 and m.started_at > $2 and m.template_name is not null and m.sent_to is not null
       and m.state in ('sending', 'uncertain', 'outcome_unknown', 'accepted', 'sent', 'delivered', 'read')
     group by m.sent_to order by m.sent_to
     on conflict (portfolio_id, address) do update set last_at = greatest(portfolio_contacts.last_at, excluded.last_at)`,
    [portfolioId, since],
  )
}
