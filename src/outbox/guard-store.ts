import type { Tx } from '../platform/database.ts'

/** By number and lane, as waiting messages are found. What somebody holds at this moment is being looked at anyway. */
export function releaseRows(
  tx: Tx,
  which: { shopId: number; campaignId?: number; reasons: readonly string[] },
  now: Date,
): Promise<number> {
  return tx.execute(
    `update messages set due_at = $4, counted_at = case when counted_at is null then null else $4 end
     where id in (
       select id from messages
       where state = 'waiting' and lane = any('{0,1,2}') and due_at > $4 and reason = any($3)
         and phone_number_id in (select id from phone_numbers where shop_id = $1) and ($2::bigint is null or campaign_id = $2)
       for update skip locked)`,
    [which.shopId, which.campaignId ?? null, which.reasons, now],
  )
}
