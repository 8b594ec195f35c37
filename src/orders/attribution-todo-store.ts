import type { Tx } from '../platform/database.ts'

// Whoever changes what an order's credit hangs on notes the order in the same transaction; the lane `results.attribute` works it out.

/** These orders' credit must be worked out again. */
export async function noteOrders(
  tx: Tx,
  orders: { shopId: number; orderIds: readonly number[]; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into attribution_todo (order_id, shop_id, due_at) select order_id, $1, $3 from unnest($2::bigint[]) order_id
     order by order_id on conflict (order_id) do update set due_at = excluded.due_at`,
    [orders.shopId, orders.orderIds, orders.now],
  )
}

/** Orders that these people (all merged records) placed from a second before `since` on: the shop's times are whole seconds. */
export async function noteOrdersOfPeople(
  tx: Tx,
  changes: readonly { personId: number; since: Date }[],
  now: Date,
): Promise<number> {
  if (changes.length === 0) return 0
  return tx.execute(
    `insert into attribution_todo (order_id, shop_id, due_at)
     select distinct o.id, o.shop_id, $3::timestamptz
     from unnest($1::bigint[], $2::timestamptz[]) change(person_id, since)
       join people asked on asked.id = change.person_id join people record on record.root_id = asked.root_id
       join orders o on o.person_id = record.id and o.placed_at > change.since - interval '1 second'
     order by 1 on conflict (order_id) do update set due_at = excluded.due_at`,
    [changes.map((change) => change.personId), changes.map((change) => change.since), now],
  )
}

/** The same for people to whom messages went, from when these began to be sent. */
export async function noteOrdersAfterMessages(
  tx: Tx,
  messageIds: readonly number[],
  now: Date,
): Promise<void> {
  if (messageIds.length === 0) return
  const started = await tx.query<{ personId: number; since: Date }>(
    `select person_id, started_at as since from messages where id = any($1) and started_at is not null`,
    [messageIds],
  )
  await noteOrdersOfPeople(tx, started, now)
}
