import type { Sql, Tx } from '../platform/database.ts'
import type { NumberHold } from './decide-number-hold.ts'

export interface CheckedNumber {
  id: number
  metaId: string
  wabaMetaId: string
}

export function listNumbersToCheck(sql: Sql, shopId: number): Promise<CheckedNumber[]> {
  return sql.query<CheckedNumber>(
    `select n.id, n.meta_id, w.meta_id as waba_meta_id from phone_numbers n join meta_wabas w on w.id = n.waba_id
     where n.shop_id = $1 order by n.id`,
    [shopId],
  )
}

export interface KnownNumber {
  ratePerSecond: number
  /** Of Meta's last word on the rate. */
  rateAt: Date | null
  checkedAt: Date | null
}

export async function lockKnown(tx: Tx, id: number): Promise<KnownNumber | undefined> {
  const [row] = await tx.query<KnownNumber>(
    `select rate_per_second, rate_at, checked_at from phone_numbers where id = $1 for no key update`,
    [id],
  )
  return row
}

/** What Meta leaves out stays as it is. */
export async function saveChecked(
  tx: Tx,
  id: number,
  read: KnownNumber & { displayPhoneNumber: string | null; quality: string | null; now: Date },
): Promise<void> {
  await tx.execute(
    `update phone_numbers set display_phone_number = coalesce($2, display_phone_number), quality = coalesce($3, quality),
       rate_per_second = $4, rate_at = $5, checked_at = $6, updated_at = $7 where id = $1`,
    [id, read.displayPhoneNumber, read.quality, read.ratePerSecond, read.rateAt, read.checkedAt, read.now],
  )
}

/** Numbers of a shop whose restriction, or stop for a time, is over, locked in the order of their ids. */
export function lockEnded(
  tx: Tx,
  shopId: number,
  now: Date,
): Promise<(NumberHold & { id: number; shopId: number; displayPhoneNumber: string })[]> {
  return tx.query(
    `select id, shop_id, display_phone_number, state, state_reason, restricted_until, restriction, stopped_until from phone_numbers
     where shop_id = $1 and (restricted_until <= $2 or stopped_until <= $2) order by id for no key update`,
    [shopId, now],
  )
}
