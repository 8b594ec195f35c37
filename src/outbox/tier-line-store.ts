import type { Sql, Tx } from '../platform/database.ts'

// Literally the predicate of messages_tier_line_idx.
const inLine = `m.state = 'waiting' and m.reason = 'tier_reached'`

/** Portfolios of which somebody waits for the messaging limit. */
export async function listPortfoliosInLine(sql: Sql): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select distinct w.portfolio_id as id from meta_wabas w join phone_numbers n on n.waba_id = w.id
       cross join lateral (select 1 from messages m where m.phone_number_id = n.id and ${inLine} order by m.lane, m.id limit 1) first
     where w.portfolio_id is not null order by 1`,
  )
  return rows.map(({ id }) => id)
}

/**
 * The first so many of a portfolio's line are due now, alerts before campaigns and older before newer, of those numbers that begin
 * conversations at the moment. What a sender holds is being looked at anyway.
 */
export function releaseFirstInLine(tx: Tx, portfolioId: number, count: number, now: Date): Promise<number> {
  return tx.execute(
    `with line as materialized (
       select first.id, first.due_at from meta_wabas w join phone_numbers n on n.waba_id = w.id join shops s on s.id = n.shop_id
         cross join lateral (
           select m.id, m.lane, m.due_at from messages m where m.phone_number_id = n.id and ${inLine}
           order by m.lane, m.id limit $2) first
       where w.portfolio_id = $1 and n.state = 'active' and s.sending_stopped_at is null
         and (n.restricted_until is null or n.restricted_until <= $3)
       order by first.lane, first.id limit $2
     ), held as materialized (
       select m.id from messages m where m.id in (select id from line where due_at > $3) and ${inLine}
       order by m.id for update skip locked
     )
     update messages m set due_at = $3, counted_at = case when m.counted_at is null then null else $3::timestamptz end
     from held where m.id = held.id`,
    [portfolioId, count, now],
  )
}
