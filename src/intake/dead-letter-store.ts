import type { Sql, Tx } from '../platform/database.ts'
import type { Source } from './inbox-event.ts'

/** What nobody could handle, or (a delivery) nobody could read. Never its content. */
export interface DeadLetter {
  of: 'event' | 'delivery'
  id: number
  source: Source
  /** null when it is not known whose it is. */
  shopId: number | null
  /** The event's kind; null for a delivery. */
  kind: string | null
  reason: string
  attempts: number
  receivedAt: Date
  finishedAt: Date
}

/** Latest first. */
export function listDeadLetters(sql: Sql, limit = 100): Promise<DeadLetter[]> {
  return sql.query<DeadLetter>(
    `(select 'event' as of, id, source, shop_id, kind, reason, attempts, received_at, finished_at
      from inbox_events where state = 'dead' order by finished_at desc limit $1)
     union all
     (select 'delivery', id, source, shop_id, null, reason, 1, received_at, split_at
      from inbox_deliveries where state = 'dead' order by split_at desc limit $1)
     order by finished_at desc, id desc limit $1`,
    [limit],
  )
}

/**
 * `ids`: these, whether they are dead letters or were only ignored (events), or were cut already (deliveries, so that what was
 * ignored in them for want of a connected number is looked at again). Otherwise the dead letters: all, or those that died since.
 */
export type ReplayChoice =
  | { kind: 'ids'; events: readonly number[]; deliveries: readonly number[] }
  | { kind: 'all_dead' }
  | { kind: 'dead_since'; since: Date }

// What has been forgotten of an event cannot be handled once more.
const chosenEvents = `payload <> '' and case $1 when 'ids' then state in ('dead', 'ignored') and id = any($2)
  when 'all_dead' then state = 'dead' else state = 'dead' and finished_at >= $3 end`

/** Returns how many wait again. An ignored event that belongs to no shop stays as it is: its delivery is what can be replayed. */
export function replayEvents(tx: Tx, choice: ReplayChoice, now: Date): Promise<number> {
  return tx.execute(
    `update inbox_events set state = 'waiting', reason = null, attempts = 0, due_at = $4, finished_at = null
     where shop_id is not null and ${chosenEvents}`,
    [...choiceValues(choice, 'events'), now],
  )
}

/** Returns how many will be cut again. Of a delivery, what was handled before keeps its event and is not handled twice. */
export async function replayDeliveries(tx: Tx, choice: ReplayChoice): Promise<number> {
  const deliveries = await tx.query<{ id: number }>(
    `update inbox_deliveries set state = 'received', reason = null, event_count = null, split_at = null
     where case $1 when 'ids' then state in ('dead', 'split') and id = any($2)
       when 'all_dead' then state = 'dead' else state = 'dead' and split_at >= $3 end
     returning id`,
    choiceValues(choice, 'deliveries'),
  )
  await tx.execute(
    `delete from inbox_events where delivery_id = any($1) and state = 'ignored' and (shop_id is null or kind = 'unknown')`,
    [deliveries.map(({ id }) => id)],
  )
  return deliveries.length
}

function choiceValues(choice: ReplayChoice, of: 'events' | 'deliveries'): unknown[] {
  return [
    choice.kind,
    choice.kind === 'ids' ? choice[of] : [],
    choice.kind === 'dead_since' ? choice.since : null,
  ]
}
