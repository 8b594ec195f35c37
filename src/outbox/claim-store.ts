import type { Endpoint } from '../connectors/meta/failure-table.ts'
import type { Sql, Tx } from '../platform/database.ts'
import { nothingOr } from '../platform/columns.ts'
import { writeContent } from './message-store.ts'
import type { ClaimedMessage, Content } from './message.ts'
import type { LaneShares } from './share-lanes.ts'

/** A waiting message that this transaction holds. */
export interface ClaimedRow extends ClaimedMessage {
  /** The person that counts: of merged records, the root. */
  rootId: number
  campaignId: number | null
  lane: number
  /** Of the attempt before. */
  lastErrorCode: number | null
  /** An attempt before that one was refused for the person's user id. */
  userIdRefused: boolean
  /** Of its campaign, while it is stopped. */
  stopReason: string | null
  stoppedAt: Date | null
}

/** A number as far as sending from it is concerned. */
export interface SendingNumber {
  id: number
  shopId: number
  /** Meta's phone_number_id */
  metaId: string
  wabaId: number
  /** Nothing starts while it is closed: stopped, or the shop's kill switch. What is too old ends all the same. */
  isOpen: boolean
  /** Meta lets it answer, and begin nothing. */
  restrictedUntil: Date | null
}

const isOpen = `(n.state = 'active' and s.sending_stopped_at is null)`

/**
 * Numbers with something to do: due and open, or too old. Each index in its order: asked for any that exists, PostgreSQL reads the table
 * instead. Of a closed number nothing is read that is not too old.
 */
export async function listDueNumbers(sql: Sql, now: Date): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select n.id from phone_numbers n join shops s on s.id = n.shop_id
     where (${isOpen} and exists (
       select 1 from unnest(array[0, 1, 2]) which(lane) cross join lateral (
         select m.id from messages m where m.phone_number_id = n.id and m.state = 'waiting' and m.lane = which.lane
           and m.due_at <= $1
         order by m.due_at, m.id limit 1) first))
       or exists (
         select m.id from messages m where m.phone_number_id = n.id and m.state = 'waiting' and m.expires_at <= $1
         order by m.expires_at limit 1)
     order by n.id`,
    [now],
  )
  return rows.map((row) => row.id)
}

const claimLockClass = 731_003

/**
 * Until the end of the transaction nobody else claims for this number: who comes next sees what was stamped and which slots were taken.
 * Waits for its turn.
 */
export async function lockNumber(tx: Tx, id: number): Promise<SendingNumber | undefined> {
  await tx.query(`select pg_advisory_xact_lock($1, $2::bigint::int)`, [claimLockClass, id % 2_147_483_647])
  const [number] = await tx.query<SendingNumber>(
    `select n.id, n.shop_id, n.meta_id, n.waba_id, ${isOpen} as is_open, n.restricted_until
     from phone_numbers n join shops s on s.id = n.shop_id where n.id = $1`,
    [id],
  )
  return number
}

/** Of a message `m`, and of its campaign `c` while that is stopped. */
export const claimedColumns = `m.id, m.shop_id, m.person_id, m.phone_number_id, m.purpose, m.content, m.attempt, m.due_at, m.expires_at,
  m.campaign_id, m.lane, m.error_code as last_error_code, m.user_id_refused, c.stop_reason, c.stopped_at,
  coalesce((select p.root_id from people p where p.id = m.person_id), m.person_id) as root_id`

export const claimedFrom = `messages m left join campaigns c on c.id = m.campaign_id and c.stopped_at is not null`

/**
 * The next due messages of a number, replies before alerts before campaigns, with the shares the lower lanes keep; held until the
 * transaction ends. What somebody else holds is passed over. A person's reply waits while an earlier one is on its way. Of a closed
 * number nothing. `campaignsAtMost`: of campaigns no more than that.
 */
export async function claimDue(
  tx: Tx,
  number: SendingNumber,
  claim: { now: Date; count: number; shares: LaneShares; campaignsAtMost?: number },
): Promise<ClaimedRow[]> {
  if (!number.isOpen) return []
  const lane = (nth: number, limit: string, except = ''): string =>
    `select m.id from messages m where m.phone_number_id = $1 and m.state = 'waiting' and m.due_at <= $2 and m.lane = ${nth} ${except}
     order by m.due_at, m.id limit ${limit} for update skip locked`
  const { now, count, shares, campaignsAtMost = count } = claim
  const left = (taken: readonly string[]): string =>
    `greatest(0, $3::int - ${taken.map((name) => `(select count(*) from ${name})`).join(' - ')})`
  const inOrder = `and not exists (select 1 from messages earlier
     where earlier.person_id = m.person_id and earlier.state = 'sending' and earlier.lane = 0)`
  return tx.query<ClaimedRow>(
    `with kept_campaigns as materialized (${lane(2, '$5')}),
       kept_alerts as materialized (${lane(1, '$4')}),
       replies as materialized (${lane(0, left(['kept_campaigns', 'kept_alerts']), inOrder)}),
       more_alerts as materialized (${lane(1, left(['kept_campaigns', 'kept_alerts', 'replies']), 'and m.id not in (select id from kept_alerts)')}),
       more_campaigns as materialized (${lane(2, `least(${left(['kept_campaigns', 'kept_alerts', 'replies', 'more_alerts'])}, $6::int - (select count(*) from kept_campaigns))`, 'and m.id not in (select id from kept_campaigns)')})
     select ${claimedColumns} from ${claimedFrom}
     where m.id in (select id from kept_campaigns union all select id from kept_alerts union all select id from replies
       union all select id from more_alerts union all select id from more_campaigns)
     order by m.lane, m.due_at, m.id`,
    [number.id, now, count, shares.alerts, Math.min(shares.campaigns, campaignsAtMost), campaignsAtMost],
  )
}

/** Set aside from the budget of a day (YYYY-MM-DD, of the shop). */
export interface Reserved {
  micros: number
  day: string
}

export interface Stamp {
  id: number
  content: Content
  sentTo: string
  templateName: string | null
  templateLanguage: string | null
  endpoint: Endpoint
  countedAt: Date | null
  /** Takes the place of the callback id when an earlier attempt has failed: its late statuses must not be taken for this one's. */
  nextCallbackId: string
  reserved: Reserved | null
  /** Remembered, since the error code is forgotten with the stamp. */
  userIdRefused: boolean
}

/** What a message travels with, and the lease by which it is known whose stamp it was. */
export interface Stamped {
  id: number
  callbackId: string
  leaseUntil: Date
}

/** Marks messages as begun, before anything is sent. */
export async function stampStarted(
  tx: Tx,
  stamps: readonly Stamp[],
  at: { now: Date; leaseSeconds: number },
): Promise<Map<number, Stamped>> {
  const rows = await tx.query<Stamped>(
    `update messages m set state = 'sending', reason = null, started_at = $8,
       lease_until = clock_timestamp() + make_interval(secs => $9),
       content = u.content::jsonb, sent_to = u.sent_to, template_name = u.template_name, template_language = u.template_language,
       counted_at = u.counted_at, callback_id = case when m.failed_at is null then m.callback_id else u.next_callback_id end,
       accepted_at = null, uncertain_at = null, wamid = null, sent_at = null, failed_at = null, error_code = null,
       error_details = null, pricing_category = null, pricing_type = null, message_status = null,
       endpoint = u.endpoint, reserved_micros = coalesce(u.reserved_micros, m.reserved_micros),
       reserved_day = coalesce(u.reserved_day::date, m.reserved_day), user_id_refused = coalesce(u.user_id_refused, false)
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $10::text[],
         $11::bigint[], $12::text[], $13::boolean[])
       u(id, content, sent_to, template_name, template_language, counted_at, next_callback_id, endpoint, reserved_micros, reserved_day,
         user_id_refused)
     where m.id = u.id returning m.id, m.callback_id, m.lease_until`,
    [
      stamps.map((stamp) => stamp.id),
      stamps.map((stamp) => writeContent(stamp.content)),
      stamps.map((stamp) => stamp.sentTo),
      stamps.map((stamp) => stamp.templateName),
      stamps.map((stamp) => stamp.templateLanguage),
      stamps.map((stamp) => stamp.countedAt),
      stamps.map((stamp) => stamp.nextCallbackId),
      at.now,
      at.leaseSeconds,
      nothingOr(stamps.map((stamp) => (stamp.endpoint === 'messages' ? null : stamp.endpoint))),
      nothingOr(stamps.map((stamp) => stamp.reserved?.micros ?? null)),
      nothingOr(stamps.map((stamp) => stamp.reserved?.day ?? null)),
      nothingOr(stamps.map((stamp) => (stamp.userIdRefused ? true : null))),
    ],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Messages that were stamped and never called wait again, at once. By the lease of the stamp: one that was taken for dead in the meantime,
 * or has been stamped again since, is left as it is, so that asking twice does no harm. Returns the ids of those handed back.
 */
export async function handBack(tx: Tx, stamped: readonly Stamped[]): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `update messages m set state = 'waiting', started_at = null, lease_until = null,
       counted_at = case when m.counted_at is null then null else m.due_at end
     from (select * from unnest($1::bigint[], $2::timestamptz[]) u(id, lease_until) order by id) u
     where m.id = u.id and m.lease_until = u.lease_until and m.state = 'sending' returning m.id`,
    [stamped.map(({ id }) => id), stamped.map(({ leaseUntil }) => leaseUntil)],
  )
  return rows.map((row) => row.id)
}
