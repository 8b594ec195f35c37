import type { Tx } from '../platform/database.ts'

export interface StoppedNumber {
  id: number
  shopId: number
  displayPhoneNumber: string
  wabaMetaId: string
}

/**
 * Stops a number; with `account`, all of its account; with `shop`, all of its shop. Nothing more leaves until somebody starts them again.
 * Answers with those that went until now.
 */
export function stopNumbers(
  tx: Tx,
  stop: { phoneNumberId: number; scope: 'number' | 'account' | 'shop'; reason: string; now: Date },
): Promise<StoppedNumber[]> {
  return tx.query<StoppedNumber>(
    `with wanted as (
       select n.id, w.meta_id as waba_meta_id from phone_numbers own
       join phone_numbers n on n.id = own.id or ($2 = 'account' and n.waba_id = own.waba_id) or ($2 = 'shop' and n.shop_id = own.shop_id)
       join meta_wabas w on w.id = n.waba_id
       where own.id = $1 and n.state <> 'stopped' order by n.id for update of n
     )
     update phone_numbers n set state = 'stopped', state_reason = $3, updated_at = $4 from wanted
     where n.id = wanted.id and n.state <> 'stopped'
     returning n.id, n.shop_id, n.display_phone_number, wanted.waba_meta_id`,
    [stop.phoneNumberId, stop.scope, stop.reason, stop.now],
  )
}
