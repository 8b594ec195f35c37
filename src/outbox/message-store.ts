import { constantOr, nothingOr } from '../platform/columns.ts'
import type { Sql, Tx } from '../platform/database.ts'
import type { Content, MessageChange, MessageState, Purpose } from './message.ts'
import type { Ledger } from './decide-settlement.ts'
import type { Cost } from './message-price.ts'

export interface NewRow {
  shopId: number
  personId: number
  phoneNumberId: number
  campaignId: number | null
  purpose: Purpose
  lane: number
  state: 'waiting' | 'held_out'
  content: Content | null
  callbackId: string
  uniqueKey: string | null
  dueAt: Date
  expiresAt: Date | null
  countedAt: Date | null
}

/** Rows whose unique key exists already are left out of the answer. */
export function insertRows(
  tx: Tx,
  rows: readonly NewRow[],
  now: Date,
): Promise<{ id: number; callbackId: string }[]> {
  return tx.query(
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, content, callback_id, unique_key, attempt,
       due_at, expires_at, counted_at, created_at, campaign_id)
     select coalesce(shop_id, ($1::bigint[])[1]), person_id, coalesce(phone_number_id, ($3::bigint[])[1]), coalesce(purpose, ($4::text[])[1]), coalesce(lane, ($5::int[])[1]),
       coalesce(state, ($13::text[])[1]), content::jsonb, callback_id, unique_key, 1, coalesce(due_at, ($9::timestamptz[])[1]), expires_at, counted_at, $12, campaign_id
     from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[],
       $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $13::text[], $14::bigint[])
       u(shop_id, person_id, phone_number_id, purpose, lane, content, callback_id, unique_key, due_at, expires_at, counted_at, state,
         campaign_id)
     on conflict (shop_id, unique_key) where unique_key is not null do nothing
     returning id, callback_id`,
    [
      constantOr(rows.map((row) => row.shopId)),
      rows.map((row) => row.personId),
      constantOr(rows.map((row) => row.phoneNumberId)),
      constantOr(rows.map((row) => row.purpose)),
      constantOr(rows.map((row) => row.lane)),
      nothingOr(rows.map((row) => writeContent(row.content))),
      rows.map((row) => row.callbackId),
      rows.map((row) => row.uniqueKey),
      constantOr(rows.map((row) => row.dueAt)),
      rows.map((row) => row.expiresAt),
      rows.map((row) => row.countedAt),
      now,
      constantOr(rows.map((row) => row.state)),
      nothingOr(rows.map((row) => row.campaignId)),
    ],
  )
}

/** JSON text that jsonb takes: U+0000 and halves of characters, which it refuses, are taken out. */
export function writeContent(content: Content | null): string | null {
  if (content === null) return null
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '') : value,
  )
}

export async function findByUniqueKey(
  sql: Sql,
  shopId: number,
  uniqueKey: string,
): Promise<number | undefined> {
  const [row] = await sql.query<{ id: number }>(
    `select id from messages where shop_id = $1 and unique_key = $2`,
    [shopId, uniqueKey],
  )
  return row?.id
}

export async function insertLinks(
  tx: Tx,
  links: readonly { candidacyId: number; messageId: number }[],
): Promise<void> {
  await tx.execute(
    `insert into message_candidacies (message_id, candidacy_id) select * from unnest($1::bigint[], $2::bigint[])
     on conflict do nothing`,
    [links.map((link) => link.messageId), links.map((link) => link.candidacyId)],
  )
}

export interface Move {
  id: number
  state: MessageState
  reason: string | null
  dueAt: Date
  countedAt: Date | null
}

/** Brings messages that the caller has locked to another state. */
export async function moveMessages(tx: Tx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return
  await tx.execute(
    `update messages m set state = u.state, reason = u.reason, due_at = u.due_at, counted_at = u.counted_at
     from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) u(id, state, reason, due_at, counted_at)
     where m.id = u.id`,
    [
      moves.map((move) => move.id),
      moves.map((move) => move.state),
      moves.map((move) => move.reason),
      moves.map((move) => move.dueAt),
      moves.map((move) => move.countedAt),
    ],
  )
}

export type Changed = Omit<MessageChange, 'at'>

export const changedColumns = `m.id as message_id, m.shop_id, m.person_id, m.purpose, m.state, m.reason, m.error_code`

/** Of a person, merged records included. */
export function suppressWaitingRows(
  tx: Tx,
  which: { shopId: number; personId: number; purposes: readonly Purpose[]; reason: string },
): Promise<Changed[]> {
  return tx.query<Changed>(
    `update messages m set state = 'suppressed', reason = $4, counted_at = null
     where m.shop_id = $1 and m.state = 'waiting' and m.purpose = any($3) and m.person_id in (
       select record.id from people asked join people record on record.root_id = asked.root_id
       where asked.id = $2 and asked.shop_id = $1)
     returning ${changedColumns}`,
    [which.shopId, which.personId, which.purposes, which.reason],
  )
}

export const ledgerColumns = `id, shop_id, person_id, phone_number_id, campaign_id, purpose, state, reason, attempt, due_at, expires_at,
  started_at, counted_at, accepted_at, sent_again_at, wamid, message_status, endpoint, sent_at, delivered_at, read_at, failed_at, error_code, error_details, pricing_category, pricing_type`

/** In id order, so that two who write about the same messages wait for each other instead of locking up. */
export function lockLedgers(
  tx: Tx,
  shopId: number,
  ids: readonly number[],
): Promise<(Ledger & { callbackId: string })[]> {
  return tx.query(
    `select ${ledgerColumns}, callback_id from messages where shop_id = $1 and id = any($2) order by id for update`,
    [shopId, ids],
  )
}

/** In id order, so that two sets of statuses about the same messages wait for each other instead of locking up. */
export function lockLedgersByStatus(
  tx: Tx,
  which: { shopId: number; callbackIds: readonly string[]; wamids: readonly string[] },
): Promise<(Ledger & { callbackId: string })[]> {
  return tx.query(
    `select ${ledgerColumns}, callback_id from messages
     where shop_id = $1 and (callback_id = any($2) or wamid = any($3)) order by id for update`,
    [which.shopId, which.callbackIds, which.wamids],
  )
}

/** `costs`, by id: what the message costs from now on (null: nothing); of those left out it stays. */
export async function saveLedgers(
  tx: Tx,
  ledgers: readonly Ledger[],
  costs: ReadonlyMap<number, Cost | null> = new Map(),
): Promise<void> {
  if (ledgers.length === 0) return
  await tx.execute(
    `update messages m set state = u.state, reason = u.reason, attempt = u.attempt, due_at = u.due_at, counted_at = u.counted_at,
       wamid = u.wamid, accepted_at = u.accepted_at, sent_at = u.sent_at, delivered_at = u.delivered_at, read_at = u.read_at,
       failed_at = u.failed_at, error_code = u.error_code, error_details = u.error_details,
       pricing_category = u.pricing_category, pricing_type = u.pricing_type, message_status = u.message_status,
       cost_micros = case when u.has_new_cost then u.cost_micros else m.cost_micros end,
       cost_currency = case when u.has_new_cost then u.cost_currency else m.cost_currency end
     from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::timestamptz[],
       $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::int[], $14::text[], $15::text[], $16::text[],
       $17::text[], $18::boolean[], $19::bigint[], $20::text[])
       u(id, state, reason, attempt, due_at, counted_at, wamid, accepted_at, sent_at, delivered_at, read_at, failed_at, error_code,
         error_details, pricing_category, pricing_type, message_status, has_new_cost, cost_micros, cost_currency)
     where m.id = u.id`,
    [
      ledgers.map((ledger) => ledger.id),
      ledgers.map((ledger) => ledger.state),
      nothingOr(ledgers.map((ledger) => ledger.reason)),
      ledgers.map((ledger) => ledger.attempt),
      ledgers.map((ledger) => ledger.dueAt),
      nothingOr(ledgers.map((ledger) => ledger.countedAt)),
      nothingOr(ledgers.map((ledger) => ledger.wamid)),
      nothingOr(ledgers.map((ledger) => ledger.acceptedAt)),
      nothingOr(ledgers.map((ledger) => ledger.sentAt)),
      nothingOr(ledgers.map((ledger) => ledger.deliveredAt)),
      nothingOr(ledgers.map((ledger) => ledger.readAt)),
      nothingOr(ledgers.map((ledger) => ledger.failedAt)),
      nothingOr(ledgers.map((ledger) => ledger.errorCode)),
      nothingOr(ledgers.map((ledger) => ledger.errorDetails)),
      nothingOr(ledgers.map((ledger) => ledger.pricingCategory)),
      nothingOr(ledgers.map((ledger) => ledger.pricingType)),
      nothingOr(ledgers.map((ledger) => ledger.messageStatus)),
      nothingOr(ledgers.map(({ id }) => (costs.has(id) ? true : null))),
      nothingOr(ledgers.map(({ id }) => costs.get(id)?.micros ?? null)),
      nothingOr(ledgers.map(({ id }) => costs.get(id)?.currency ?? null)),
    ],
  )
}

/** Ends waiting messages; they no longer count. */
export function endWaitingRows(tx: Tx, messageIds: readonly number[], reason: string): Promise<number> {
  return tx.execute(
    `update messages set state = 'suppressed', reason = $2, counted_at = null where id = any($1) and state = 'waiting'`,
    [messageIds, reason],
  )
}
