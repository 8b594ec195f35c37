import type { Tx } from '../platform/database.ts'
import { claimedColumns, claimedFrom, type ClaimedRow, type SendingNumber } from './claim-store.ts'

interface Which {
  now: Date
  limit: number
}

// Each is found through an index of its own, in its order, and held until the transaction ends: what is read does not grow with what is due.

/** What is too old, whenever it is due. */
export function lockExpired(tx: Tx, { id }: SendingNumber, { now, limit }: Which): Promise<ClaimedRow[]> {
  const found = `select id from messages where phone_number_id = $1 and state = 'waiting' and expires_at <= $2
     order by expires_at limit $3 for update skip locked`
  return lockRows(tx, found, [id, now, limit])
}

/** Due messages of the shop's campaigns that are stopped, from whichever of its numbers. */
export function lockStopped(tx: Tx, { shopId }: SendingNumber, { now, limit }: Which): Promise<ClaimedRow[]> {
  const found = `select own.id from campaigns stopped cross join lateral (
       select id from messages where campaign_id = stopped.id and state = 'waiting' and due_at <= $2
       order by due_at, id limit $3 for update skip locked) own
     where stopped.shop_id = $1 and stopped.stopped_at is not null limit $3`
  return lockRows(tx, found, [shopId, now, limit])
}

/** Due marketing of a number. */
export function lockMarketing(tx: Tx, { id }: SendingNumber, { now, limit }: Which): Promise<ClaimedRow[]> {
  const found = `select own.id from unnest(array[1, 2]) which(lane) cross join lateral (
       select id from messages where phone_number_id = $1 and state = 'waiting' and lane = which.lane and due_at <= $2
         and purpose in ('alert', 'campaign')
       order by due_at, id limit $3 for update skip locked) own
     limit $3`
  return lockRows(tx, found, [id, now, limit])
}

function lockRows(tx: Tx, found: string, values: readonly unknown[]): Promise<ClaimedRow[]> {
  return tx.query<ClaimedRow>(
    `with found as materialized (${found}) select ${claimedColumns} from ${claimedFrom}
     where m.id in (select id from found) order by m.lane, m.due_at, m.id`,
    values,
  )
}
