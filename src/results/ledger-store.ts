import type { Sql, Tx } from '../platform/database.ts'
import type { Entry, LedgerRow } from './decide-entries.ts'

/** What the ledger holds of orders, summed. */
export function sumLedger(sql: Sql, orderIds: readonly number[]): Promise<(Entry & { orderId: number })[]> {
  return sql.query(
    `select order_id, case when entry like 'credit%' then 'credit' else 'refund' end as "group", message_id, how, currency, at,
       sum(conversions)::int as conversions, sum(amount_minor)::bigint as amount_minor
     from attribution_ledger where order_id = any($1) group by 1, 2, 3, 4, 5, 6 order by 1, 3, 6`,
    [orderIds],
  )
}

/** Each goes to the message's leading candidacy (leadingCandidacySql). */
export async function addToLedger(
  tx: Tx,
  rows: readonly (LedgerRow & { orderId: number })[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(
    `insert into attribution_ledger (shop_id, order_id, message_id, candidacy_id, campaign_id, person_id, entry, how, conversions,
       amount_minor, currency, at, written_at)
     select m.shop_id, u.order_id, m.id, lead.id, lead.campaign_id, m.person_id, u.entry, u.how, u.conversions, u.amount_minor,
       u.currency, u.at, $9
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::timestamptz[])
       with ordinality u(order_id, message_id, entry, how, conversions, amount_minor, currency, at, nth)
       join messages m on m.id = u.message_id
       cross join lateral (${leadingCandidacySql('m.id')}) lead
     order by u.nth`,
    [
      rows.map((row) => row.orderId),
      rows.map((row) => row.messageId),
      rows.map((row) => row.entry),
      rows.map((row) => row.how),
      rows.map((row) => row.conversions),
      rows.map((row) => row.amountMinor),
      rows.map((row) => row.currency),
      rows.map((row) => row.at),
      now,
    ],
  )
}

/**
 * SQL: the one candidacy (id, campaign_id, variant, considered_at) that a message's figures are counted at, so that a message which answers
 * several counts once: of those it still answers, the most valuable.
 */
export function leadingCandidacySql(messageId: string): string {
  return `select l.id, l.campaign_id, l.variant, l.considered_at
    from message_candidacies mc join reengagement_log l on l.id = mc.candidacy_id
    where mc.message_id = ${messageId}
    order by l.message_id is distinct from mc.message_id, l.state in ('suppressed', 'expired', 'waiting'), l.value, l.rank, l.id
    limit 1`
}
