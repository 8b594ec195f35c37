import type { Sql, Tx } from '../platform/database.ts'
import { unansweredSql } from './unanswered.ts'

export interface PersonRow {
  personId: number
  shopId: number
  firstName: string | null
  language: string | null
  country: string | null
  consent: 'unknown' | 'pending' | 'opted_in' | 'opted_out'
  consentAt: Date | null
  metaStop: boolean
  marketingPausedAt: Date | null
  lastInboundAt: Date | null
  /** Of all merged records. */
  sendRegions: string[]
  hasOpenAlert: boolean
  /** Of all merged records, among orders that count. */
  lastOrderAt: Date | null
  /** A human has the conversation, or something the person wrote in the last 24 hours got no answer yet. */
  inConversation: boolean
}

/** The rows to lock, where they are missing. Outside of long transactions: whoever wants the same row waits for its end. */
export async function makeContactBudgets(sql: Sql, personIds: readonly number[]): Promise<void> {
  await sql.execute(
    `insert into contact_budgets (person_id, shop_id)
     select p.id, p.shop_id from people p
     where p.id = any($1) and not exists (select 1 from contact_budgets b where b.person_id = p.id)
     order by p.id on conflict (person_id) do nothing`,
    [personIds],
  )
}

/**
 * Locks people's budgets in id order, so that those who want the same wait for each other and never in a circle. With `skipTaken`, whom
 * somebody else holds at this moment is left out. Returns who is locked.
 */
export async function lockContactBudgets(
  tx: Tx,
  personIds: readonly number[],
  { skipTaken = false }: { skipTaken?: boolean } = {},
): Promise<number[]> {
  const locked = await tx.query<{ personId: number }>(
    `select person_id from contact_budgets where person_id = any($1) order by person_id
     for update ${skipTaken ? 'skip locked' : ''}`,
    [personIds],
  )
  return locked.map((row) => row.personId)
}

export function listPersonRows(sql: Sql, personIds: readonly number[], now: Date): Promise<PersonRow[]> {
  return sql.query<PersonRow>(
    `select p.id as person_id, p.shop_id, p.first_name, p.language, p.country, p.consent, p.consent_at, p.meta_stop,
       p.marketing_paused_at, p.last_inbound_at,
       coalesce((select array_agg(distinct region) from people record, unnest(record.send_regions) region
                 where record.root_id = p.id), '{}') as send_regions,
       exists (select 1 from alerts a join people record on record.id = a.person_id
               where record.root_id = p.id and a.ended_at is null and a.expires_at > $2) as has_open_alert,
       (select max(b.last_order_at) from people record join person_purchases b on b.person_id = record.id
        where record.root_id = p.id) as last_order_at,
       exists (select 1 from people record where record.root_id = p.id and record.handoff_at is not null)
         or ${unansweredSql('p.id', '$2::timestamptz')} as in_conversation
     from people p where p.id = any($1)`,
    [personIds, now],
  )
}

/** Counted messages of the people and of every record merged into them. */
export function listCountedMessages(
  sql: Sql,
  personIds: readonly number[],
  since: Date,
): Promise<{ personId: number; messageId: number; at: Date; purpose: 'campaign' | 'alert' }[]> {
  return sql.query(
    `select record.root_id as person_id, m.id as message_id, m.counted_at as at, m.purpose
     from people record join messages m on m.person_id = record.id
     where record.root_id = any($1) and m.counted_at > $2 and m.purpose in ('campaign', 'alert')`,
    [personIds, since],
  )
}
