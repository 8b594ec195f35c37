import type { Database, Sql, Tx } from '../platform/database.ts'
import type { NewDelivery, ReceivedDelivery } from './delivery.ts'

// The bodies travel as one piece and are cut in the database: an array of bytea would be sent as text, twice as long.
const insertText = `insert into inbox_deliveries (source, shop_id, headers, body, received_at, state)
  select source, shop_id, headers::jsonb, substring($4::bytea from starts_at for length), to_timestamp(received_ms / 1000), 'received'
  from unnest($1::text[], $2::bigint[], $3::text[], $5::int[], $6::int[], $7::float8[])
    as delivery (source, shop_id, headers, starts_at, length, received_ms)`

// Longer than any healthy commit, shorter than the senders' patience: a server that went silent must become a 503.
const answerWithinMs = 10_000

/** All of them in one statement, on the disk when it returns. */
export async function insertDeliveries(
  pool: Database['pool'],
  deliveries: readonly NewDelivery[],
): Promise<void> {
  let end = 1
  const startsAt = deliveries.map(({ body }) => {
    const start = end
    end += body.length
    return start
  })
  const query = {
    name: 'insert-deliveries',
    text: insertText,
    values: [
      deliveries.map(({ source }) => source),
      deliveries.map(({ shopId }) => shopId),
      deliveries.map(({ headers }) => (headers === null ? null : JSON.stringify(headers))),
      Buffer.concat(deliveries.map(({ body }) => body)),
      startsAt,
      deliveries.map(({ body }) => body.length),
      deliveries.map(({ receivedAt }) => receivedAt.getTime()),
    ],
    query_timeout: answerWithinMs,
  }
  await pool.query(query)
}

const splitLockClass = 731_001

/**
 * One process splits at a time, in the order of arrival: otherwise a person's second message could be handled before the first
 * one is an event at all. A frozen process loses its connection, and with it the lock.
 */
export async function lockSplitting(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ isOurs: boolean }>(`select pg_try_advisory_xact_lock($1, 0) as is_ours`, [
    splitLockClass,
  ])
  if (row?.isOurs !== true) return false
  await tx.execute(`set local idle_in_transaction_session_timeout = '60s'`)
  return true
}

/** The oldest deliveries that have not been split, up to a number and (beyond the first) a total size of bodies. */
export async function claimReceived(
  tx: Tx,
  limits: { maxDeliveries: number; maxBytes: number },
): Promise<ReceivedDelivery[]> {
  const sizes = await tx.query<{ id: number; bytes: number }>(
    `select id, octet_length(body) as bytes from inbox_deliveries where state = 'received'
     order by id limit $1 for update skip locked`,
    [limits.maxDeliveries],
  )
  let total = 0
  const fitting = sizes.filter(({ bytes }, at) => (total += bytes) <= limits.maxBytes || at === 0)
  return tx.query<ReceivedDelivery>(
    `select id, source, shop_id, headers, body, received_at from inbox_deliveries where id = any($1) order by id`,
    [fitting.map(({ id }) => id)],
  )
}

export interface SplitMark {
  id: number
  state: 'split' | 'dead'
  reason: string | null
  eventCount: number
}

export async function markDeliveries(tx: Tx, marks: readonly SplitMark[], now: Date): Promise<void> {
  await tx.execute(
    `update inbox_deliveries set state = mark.state, reason = mark.reason, event_count = mark.event_count, split_at = $5
     from unnest($1::bigint[], $2::text[], $3::text[], $4::int[]) as mark (id, state, reason, event_count)
     where inbox_deliveries.id = mark.id`,
    [
      marks.map(({ id }) => id),
      marks.map(({ state }) => state),
      marks.map(({ reason }) => reason),
      marks.map(({ eventCount }) => eventCount),
      now,
    ],
  )
}

export interface DeliveryHealth {
  received: number
  dead: number
  oldestReceivedAt: Date | null
}

export async function readDeliveryHealth(sql: Sql): Promise<DeliveryHealth> {
  const [row] = await sql.query<DeliveryHealth>(
    `select count(*) filter (where state = 'received') as received, count(*) filter (where state = 'dead') as dead,
       min(received_at) filter (where state = 'received') as oldest_received_at
     from inbox_deliveries where state in ('received', 'dead')`,
  )
  return row ?? { received: 0, dead: 0, oldestReceivedAt: null }
}
