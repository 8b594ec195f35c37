import type { Tx } from '../platform/database.ts'
import { writeContent } from './message-store.ts'
import type { ClaimedMessage, Content } from './message.ts'

/** A waiting message that this transaction holds, with what it is sent by. */
export interface ClaimedRow extends ClaimedMessage {
  /** The person that counts: of merged records, the root. */
  rootId: number
  /** Meta's phone_number_id */
  numberMetaId: string
  wabaId: number
  ratePerSecond: number
}

/**
 * The next due messages, replies before alerts before campaigns, held until the transaction ends; what another sender holds is passed
 * over. Those of a stopped number wait, and are claimed only to expire.
 */
export function claimDue(tx: Tx, now: Date, limit: number): Promise<ClaimedRow[]> {
  return tx.query<ClaimedRow>(
    `select m.id, m.shop_id, m.person_id, m.phone_number_id, m.purpose, m.content, m.attempt, m.due_at, m.expires_at,
       coalesce((select p.root_id from people p where p.id = m.person_id), m.person_id) as root_id,
       n.meta_id as number_meta_id, n.waba_id, n.rate_per_second
     from messages m join phone_numbers n on n.id = m.phone_number_id and n.shop_id = m.shop_id
     where m.state = 'waiting' and m.due_at <= $1 and (n.state = 'active' or m.expires_at <= $1)
     order by m.lane, m.due_at, m.id limit $2 for update of m skip locked`,
    [now, limit],
  )
}

export interface Stamp {
  id: number
  content: Content
  sentTo: string
  templateName: string | null
  templateLanguage: string | null
  countedAt: Date | null
  /** Takes the place of the callback id when an earlier attempt has failed: its late statuses must not be taken for this one's. */
  nextCallbackId: string
}

/** Marks messages as begun, before anything is sent. Returns the callback id that each one travels with. */
export async function stampStarted(
  tx: Tx,
  stamps: readonly Stamp[],
  at: { now: Date; leaseSeconds: number },
): Promise<Map<number, string>> {
  const rows = await tx.query<{ id: number; callbackId: string }>(
    `update messages m set state = 'sending', reason = null, started_at = $8, lease_until = now() + make_interval(secs => $9),
       content = u.content::jsonb, sent_to = u.sent_to, template_name = u.template_name, template_language = u.template_language,
       counted_at = u.counted_at, callback_id = case when m.failed_at is null then m.callback_id else u.next_callback_id end,
       accepted_at = null, uncertain_at = null, wamid = null, sent_at = null, failed_at = null, error_code = null,
       error_details = null, pricing_category = null, pricing_type = null
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
       u(id, content, sent_to, template_name, template_language, counted_at, next_callback_id)
     where m.id = u.id returning m.id, m.callback_id`,
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
    ],
  )
  return new Map(rows.map((row) => [row.id, row.callbackId]))
}
