import type { Sql, Tx } from '../platform/database.ts'
import type { EventMark } from './event-mark.ts'
import type { InboxEvent } from './inbox-event.ts'
import type { NewEvent } from './new-event.ts'

/**
 * In the order given, which decides between events of one lane and second. What is known already is left alone. Returns the ids of the
 * new ones.
 */
export function insertEvents(
  tx: Tx,
  events: readonly NewEvent[],
  now: Date,
): Promise<{ id: number; source: string; dedupeKey: string }[]> {
  return tx.query(
    `insert into inbox_events (delivery_id, source, shop_id, kind, lane, sequence, dedupe_key, payload, state, reason,
       attempts, due_at, received_at, finished_at)
     select delivery_id, source, shop_id, kind, lane, sequence, dedupe_key, payload, state, reason,
       0, received_at, received_at, case state when 'waiting' then null else $12::timestamptz end
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::timestamptz[]) with ordinality as event (delivery_id, source, shop_id, kind, lane, sequence, dedupe_key,
       payload, state, reason, received_at, place)
     order by place
     on conflict (source, dedupe_key) do nothing
     returning id, source, dedupe_key`,
    [
      events.map((event) => event.deliveryId),
      events.map((event) => event.source),
      events.map((event) => event.shopId),
      events.map((event) => event.kind),
      events.map((event) => event.lane),
      events.map((event) => event.sequence),
      events.map((event) => event.dedupeKey),
      events.map((event) => event.payload),
      events.map((event) => event.state),
      events.map((event) => event.reason),
      events.map((event) => event.receivedAt),
      now,
    ],
  )
}

const columns = `id, delivery_id, source, shop_id, kind, lane, payload, attempts, received_at`

/** A set of events of these kinds, in no particular order. */
export function claimSet(
  tx: Tx,
  claim: { kinds: readonly string[]; now: Date; limit: number },
): Promise<InboxEvent[]> {
  return tx.query<InboxEvent>(
    `select ${columns} from inbox_events
     where state in ('waiting', 'retry') and kind = any($1) and due_at <= $2
     order by due_at, id limit $3 for update skip locked`,
    [claim.kinds, claim.now, claim.limit],
  )
}

export interface DueEvent {
  id: number
  lane: string | null
  state: 'waiting' | 'retry'
}

/**
 * Where to look: of each lane its first waiting event, and whatever needs no order. A retry stands outside of its lane's order, so
 * that what has failed once holds nobody up. Nothing is claimed yet.
 */
export function findDueEvents(
  sql: Sql,
  find: { otherThanKinds: readonly string[]; now: Date; limit: number },
): Promise<DueEvent[]> {
  return sql.query<DueEvent>(
    `select id, lane, state from inbox_events event
     where state in ('waiting', 'retry') and kind <> all($1) and due_at <= $2
       and (state = 'retry' or lane is null or not exists (
         select 1 from inbox_events earlier
         where earlier.lane = event.lane and earlier.state = 'waiting'
           and (earlier.sequence, earlier.id) < (event.sequence, event.id)))
     order by due_at, id limit $3`,
    [find.otherThanKinds, find.now, find.limit],
  )
}

const laneLockClass = 731_002

/** Until the end of the transaction nobody else handles anything of this lane. False when somebody does already. */
export async function lockLane(tx: Tx, lane: string): Promise<boolean> {
  const [row] = await tx.query<{ isOurs: boolean }>(
    `select pg_try_advisory_xact_lock($1, hashtext($2)) as is_ours`,
    [laneLockClass, lane],
  )
  return row?.isOurs === true
}

/** The first waiting event of a lane that is locked. A statement after the lock's, so that it sees what the last holder did. */
export async function claimFirstOfLane(tx: Tx, lane: string, now: Date): Promise<InboxEvent | undefined> {
  const [event] = await tx.query<InboxEvent>(
    `select ${columns} from inbox_events where lane = $1 and state = 'waiting' and due_at <= $2
     order by sequence, id limit 1 for update`,
    [lane, now],
  )
  return event
}

export async function claimOne(tx: Tx, due: DueEvent, now: Date): Promise<InboxEvent | undefined> {
  const [event] = await tx.query<InboxEvent>(
    `select ${columns} from inbox_events where id = $1 and state = $2 and due_at <= $3 for update skip locked`,
    [due.id, due.state, now],
  )
  return event
}

export async function markEvents(tx: Tx, marks: readonly EventMark[], now: Date): Promise<void> {
  await tx.execute(
    `update inbox_events set state = mark.state, reason = mark.reason, attempts = mark.attempts, due_at = mark.due_at,
       finished_at = case mark.state when 'retry' then null else $6::timestamptz end
     from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::timestamptz[]) as mark (id, state, reason, attempts, due_at)
     where inbox_events.id = mark.id`,
    [
      marks.map(({ id }) => id),
      marks.map(({ state }) => state),
      marks.map(({ reason }) => reason),
      marks.map(({ attempts }) => attempts),
      marks.map(({ dueAt }) => dueAt),
      now,
    ],
  )
}

/** Marked as done before they were handled, and not handled well: they wait after all. */
export async function markWaiting(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.execute(`update inbox_events set state = 'waiting', finished_at = null where id = any($1)`, [ids])
}

export interface EventHealth {
  unfinished: { kind: string; state: 'waiting' | 'retry' | 'dead'; count: number }[]
  oldestWaitingAt: Date | null
}

/** Only of what is unfinished: the finished ones are counted as they finish. */
export async function readEventHealth(sql: Sql): Promise<EventHealth> {
  const unfinished = await sql.query<EventHealth['unfinished'][number]>(
    `select kind, state, count(*) from inbox_events where state in ('waiting', 'retry') group by kind, state
     union all select kind, state, count(*) from inbox_events where state = 'dead' group by kind, state`,
  )
  const [oldest] = await sql.query<{ receivedAt: Date | null }>(
    `select min(received_at) as received_at from inbox_events where state in ('waiting', 'retry')`,
  )
  return { unfinished, oldestWaitingAt: oldest?.receivedAt ?? null }
}
