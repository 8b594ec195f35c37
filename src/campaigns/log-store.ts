import { constantOr, nothingOr } from '../platform/columns.ts'
import type { Sql, Tx } from '../platform/database.ts'

export interface CandidacyUpdate {
  id: number
  state:
    | 'waiting'
    | 'reserved'
    | 'uncertain'
    | 'sent'
    | 'delivered'
    | 'failed'
    | 'unknown'
    | 'suppressed'
    | 'expired'
    | 'held_out'
  /** Null keeps no reason: all is well. */
  reason: string | null
  retryAt?: Date | null
  messageId?: number
  variant?: string | null
}

/** Brings candidacies to a new state. The same reason again only counts up. */
export async function updateCandidacies(
  tx: Tx,
  updates: readonly CandidacyUpdate[],
  now: Date,
): Promise<void> {
  if (updates.length === 0) return
  await tx.execute(
    `update reengagement_log l set state = coalesce(u.state, ($2::text[])[1]), reason = u.reason, retry_at = u.retry_at,
       message_id = coalesce(u.message_id, l.message_id), variant = coalesce(u.variant, l.variant), updated_at = $6,
       reservations = l.reservations + case when u.message_id is null then 0 else 1 end,
       reason_count = case when u.reason is null then l.reason_count when u.reason = l.reason then l.reason_count + 1 else 1 end
     from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $7::text[])
       u(id, state, reason, retry_at, message_id, variant)
     where l.id = u.id`,
    [
      updates.map((update) => update.id),
      constantOr(updates.map((update) => update.state)),
      nothingOr(updates.map((update) => update.reason)),
      nothingOr(updates.map((update) => update.retryAt ?? null)),
      nothingOr(updates.map((update) => update.messageId ?? null)),
      now,
      nothingOr(updates.map((update) => update.variant ?? null)),
    ],
  )
}

/** Of these, the ones still waiting, locked. Read after the budgets are locked: another planner may have taken one meanwhile. */
export async function lockStillWaiting(tx: Tx, ids: readonly number[]): Promise<Set<number>> {
  // Asked for `state = 'waiting'`, the database may go through an index of all that wait instead.
  const rows = await tx.query<{ id: number }>(
    `select id from reengagement_log where id = any($1) and coalesce(state, '') = 'waiting' order by id for update`,
    [ids],
  )
  return new Set(rows.map((row) => row.id))
}

/** What a message stands for: each candidacy it answers, with what may have changed since. */
export interface MessageCandidacyRow {
  id: number
  messageId: number
  campaignId: number
  /** Of its campaign: a registered kind. */
  kind: string
  personId: number
  productId: number | null
  trigger: string
  alertId: number | null
  interestAt: Date
  cycleId: number | null
  priceEventId: number | null
  value: number
  variant: string | null
  settingsVersion: number
  /** Price drops: what the person is told it cost before, and what it costs. */
  referenceMinor: number | null
  priceMinor: number | null
  choice: unknown
  expiresAt: Date
}

/** Those that have not ended, the most valuable of each message first. */
export function listCandidaciesOfMessages(
  sql: Sql,
  messageIds: readonly number[],
): Promise<MessageCandidacyRow[]> {
  return sql.query<MessageCandidacyRow>(
    `select l.id, mc.message_id, l.campaign_id, c.kind, record.root_id as person_id, l.product_id, l.trigger, l.alert_id, l.interest_at, l.cycle_id,
       l.price_event_id, l.value, l.variant, l.settings_version, l.reference_minor, l.price_minor, l.choice, l.expires_at
     from message_candidacies mc join reengagement_log l on l.id = mc.candidacy_id join people record on record.id = l.person_id
       join campaigns c on c.id = l.campaign_id
     where mc.message_id = any($1) and l.message_id = mc.message_id
       and l.state in ('reserved', 'uncertain', 'sent', 'unknown', 'failed')
     order by l.value, l.rank, l.id`,
    [messageIds],
  )
}

/** What was taken out of a message before it went was not told by it. */
export async function leaveMessage(tx: Tx, candidacyIds: readonly number[]): Promise<void> {
  if (candidacyIds.length === 0) return
  await tx.execute(`update reengagement_log set message_id = null where id = any($1)`, [candidacyIds])
}

/** Candidacies that wait or are reserved for a person (all merged records) end now. */
export function suppressCandidaciesOf(
  tx: Tx,
  personId: number,
  end: { reason: string; now: Date; triggers: string[] },
): Promise<number> {
  return tx.execute(
    `update reengagement_log l set state = 'suppressed', reason = $2, reason_count = 1, updated_at = $3
     from people record join people root on root.root_id = record.root_id
     where record.id = $1 and l.person_id = root.id and l.state = 'waiting' and l.trigger = any($4)`,
    [personId, end.reason, end.now, end.triggers],
  )
}

/** What became of messages, written to the candidacies they answer; only rows that change are touched. */
export async function followMessageStates(
  tx: Tx,
  changes: readonly { messageId: number; state: CandidacyUpdate['state']; reason: string | null }[],
  now: Date,
): Promise<void> {
  await tx.execute(
    `update reengagement_log l set state = u.state, reason = u.reason, updated_at = $4,
       reason_count = case when u.reason is null then l.reason_count when u.reason = l.reason then l.reason_count + 1 else 1 end
     from unnest($1::bigint[], $2::text[], $3::text[]) u(message_id, state, reason)
     -- What was taken out of the message before it went keeps its own end.
     where l.message_id = u.message_id and l.state not in ('held_out', 'suppressed', 'expired')
       and (l.state, coalesce(l.reason, '')) is distinct from (u.state, coalesce(u.reason, ''))`,
    [
      changes.map((change) => change.messageId),
      changes.map((change) => change.state),
      changes.map((change) => change.reason),
      now,
    ],
  )
}
