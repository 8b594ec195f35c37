import type { Sql, Tx } from '../platform/database.ts'
import type { Ledger } from './decide-settlement.ts'
import { changedColumns, ledgerColumns, type Changed } from './message-store.ts'

/** Messages that a sender began and, by the database's clock, can no longer be at. */
export function markAbandoned(
  tx: Tx,
  which: { shopId: number; now: Date; limit: number },
): Promise<Changed[]> {
  return tx.query<Changed>(
    `update messages m set state = 'uncertain', reason = 'unanswered', uncertain_at = $1
     where m.id in (select id from messages where state = 'sending' and shop_id = $3 and lease_until < now()
                    order by id limit $2 for update skip locked)
     returning ${changedColumns}`,
    [which.now, which.limit, which.shopId],
  )
}

export function listShopsWithAbandoned(sql: Sql): Promise<{ shopId: number }[]> {
  return sql.query(`select distinct shop_id from messages where state = 'sending' and lease_until < now()`)
}

export function listShopsWithUncertain(sql: Sql): Promise<{ shopId: number }[]> {
  return sql.query(`select distinct shop_id from messages where state = 'uncertain'`)
}

export function lockUncertain(tx: Tx, shopId: number, since: Date, limit: number): Promise<Ledger[]> {
  return tx.query<Ledger>(
    `select ${ledgerColumns} from messages where state = 'uncertain' and shop_id = $1 and uncertain_at <= $2
     order by id limit $3 for update skip locked`,
    [shopId, since, limit],
  )
}

/** For another attempt; the callback id stays, so that a late status of the first one still finds the message. */
export async function queueAgain(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.execute(
    `update messages set state = 'waiting', reason = 'sent_again', attempt = attempt + 1, due_at = $2, sent_again_at = $2 where id = any($1)`,
    [ids, now],
  )
}

export async function markUncertain(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.execute(
    `update messages set state = 'uncertain', reason = 'unanswered', uncertain_at = $2 where id = any($1)`,
    [ids, now],
  )
}
