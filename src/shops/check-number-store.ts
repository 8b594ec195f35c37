import type { Sql, Tx } from '../platform/database.ts'
import { accountStops } from './decide-account-update.ts'

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

/** What Meta leaves out stays as it is. */
export async function saveChecked(
  tx: Tx,
  id: number,
  read: {
    displayPhoneNumber: string | null
    quality: string | null
    ratePerSecond: number | null
    now: Date
  },
): Promise<void> {
  await tx.execute(
    `update phone_numbers set display_phone_number = coalesce($2, display_phone_number), quality = coalesce($3, quality),
       rate_per_second = coalesce($4, rate_per_second), checked_at = $5, updated_at = $5 where id = $1`,
    [id, read.displayPhoneNumber, read.quality, read.ratePerSecond, read.now],
  )
}

/** Numbers of a shop whose restriction has ended: it is cleared, and those that were stopped until then start again. */
export function clearEndedRestrictions(
  tx: Tx,
  shopId: number,
  now: Date,
): Promise<{ displayPhoneNumber: string; state: string }[]> {
  return tx.query(
    `update phone_numbers set restricted_until = null, restriction = null, updated_at = $2,
       state = case when state_reason = $3 then 'active' else state end,
       state_reason = case when state_reason = $3 then null else state_reason end
     where shop_id = $1 and restricted_until <= $2 returning display_phone_number, state`,
    [shopId, now, accountStops[0]],
  )
}
