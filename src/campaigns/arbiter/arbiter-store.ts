import type { Sql, Tx } from '../../platform/database.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { decisionSql } from './decision-sql.ts'

/** A campaign as arbitration needs it. */
export interface CampaignTerms {
  id: number
  isOn: boolean
  mayWait: boolean
  holdoutBps: number
  /** Several of its candidacies for one person are one message; the others are closed as `grouped`. */
  groups: boolean
}

/** A message that waits to be sent, locked. */
export interface UnsentMessage {
  messageId: number
  personId: number
  purpose: 'alert' | 'campaign'
  dueAt: Date
  /** Of the most valuable candidacy it answers. */
  value: number
}

export interface Decided {
  action: 'reserve' | 'join' | 'displace'
  /** The candidacy; 0 for displaced messages. */
  id: number
  campaignId: number
  personId: number
  runId: number | null
  /** How often the candidacy has been reserved. */
  reservations: number
  asked: boolean
  expiresAt: Date
  /** The candidacy whose message it is about. */
  winner: number
  /** An unsent message: to join, or to displace. */
  messageId: number | null
  isHeldOut: boolean
  /** Displaced: what stands in the way now, and until when. */
  reason: string | null
  freeAt: Date | null
}

/** The roots of the people whom candidacies are about. */
export async function listPeopleOf(sql: Sql, candidacyIds: readonly number[]): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select distinct record.root_id as id from reengagement_log l join people record on record.id = l.person_id
     where l.id = any($1) order by 1`,
    [candidacyIds],
  )
  return rows.map((row) => row.id)
}

/** Of these candidacies, the ones about these people (roots). */
export async function listOfPeople(
  sql: Sql,
  candidacyIds: readonly number[],
  personIds: readonly number[],
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select l.id from reengagement_log l join people record on record.id = l.person_id
     where l.id = any($1) and record.root_id = any($2) order by l.id`,
    [candidacyIds, personIds],
  )
  return rows.map((row) => row.id)
}

/** People by where they may be ('CC|Zone', of all their records): few places, many people. */
export function listPlaces(
  sql: Sql,
  personIds: readonly number[],
): Promise<{ regions: string[]; personIds: number[] }[]> {
  return sql.query(
    `select regions, array_agg(id) as person_ids from (
       select root.id, case when root.is_joined
           then coalesce((select array_agg(distinct region order by region) from people record, unnest(record.send_regions) region
                          where record.root_id = root.id), '{}')
           else root.send_regions end as regions
       from (select p.id, p.send_regions, exists (select 1 from people other where other.root_id = p.id and other.id <> p.id) as is_joined
             from people p where p.id = any($1)) root) placed
     group by regions`,
    [personIds],
  )
}

/**
 * Each person's messages that wait to be sent, locked. One that a sender holds at this moment is skipped, not waited for: the sender
 * waits for the person's budget, which the caller holds.
 */
export async function lockUnsent(tx: Tx, personIds: readonly number[]): Promise<UnsentMessage[]> {
  // Person by person: as many may wait as the shop has people. Asked for 'waiting' alone, the database may read all that is due instead.
  const found = await tx.query<{ id: number }>(
    `select m.id from people record
       cross join lateral (select * from messages m where m.person_id = record.id and m.state in ('waiting', 'sending') offset 0) m
     where record.root_id = any($1) and m.state = 'waiting' and m.counted_at is not null and m.purpose in ('alert', 'campaign')`,
    [personIds],
  )
  if (found.length === 0) return []
  return tx.query(
    `select m.id as message_id, record.root_id as person_id, m.purpose, m.due_at,
       coalesce((select min(l.value) from reengagement_log l where l.message_id = m.id), 0) as value
     from messages m join people record on record.id = m.person_id
     where m.id = any($1) and m.counted_at is not null and m.state = 'waiting'
     order by m.id for update of m skip locked`,
    [found.map(({ id }) => id)],
  )
}

export interface Slice {
  candidacyIds: readonly number[]
  campaigns: readonly CampaignTerms[]
  /** Who may not be written to now, and when next (null: not within a fortnight). */
  closed: readonly { personId: number; until: Date | null }[]
  displaceable: readonly UnsentMessage[]
  joinable: readonly UnsentMessage[]
  settings: ShopSettings
  now: Date
}

/** Decides the slice (decision-sql.ts) and writes what does not become a message. */
export function decideSlice(tx: Tx, slice: Slice): Promise<Decided[]> {
  const { campaigns, closed, displaceable, joinable, settings } = slice
  return tx.query<Decided>(decisionSql(settings), [
    slice.candidacyIds,
    slice.now,
    campaigns.map((campaign) => campaign.id),
    campaigns.map((campaign) => campaign.isOn),
    campaigns.map((campaign) => campaign.mayWait),
    campaigns.map((campaign) => campaign.holdoutBps),
    campaigns.filter((campaign) => campaign.groups).map((campaign) => campaign.id),
    closed.map((one) => one.personId),
    closed.map((one) => one.until),
    displaceable.map((message) => message.messageId),
    displaceable.map((message) => message.personId),
    displaceable.map((message) => message.value),
    joinable.map((message) => message.messageId),
    joinable.map((message) => message.personId),
    settings.sending.marketingToUs,
    settings.brakes.recentOrderDays,
  ])
}

/** The candidacies of messages that gave way wait again, or end. Returns them. */
export async function returnDisplaced(
  tx: Tx,
  displaced: readonly { messageId: number; winner: number; reason: string | null; freeAt: Date | null }[],
  context: { waitingCampaignIds: readonly number[]; now: Date },
): Promise<{ candidacyId: number }[]> {
  return tx.query(
    `update reengagement_log l set competing_id = u.winner, updated_at = $5,
       state = case when l.campaign_id = any($6) and u.free_at < l.expires_at then 'waiting' else 'suppressed' end,
       retry_at = case when l.campaign_id = any($6) and u.free_at < l.expires_at then u.free_at end,
       reason = case when l.campaign_id = any($6) and not u.free_at < l.expires_at then u.reason else 'outranked' end,
       reason_count = 1
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[]) u(message_id, winner, reason, free_at)
     where l.message_id = u.message_id and l.state = 'reserved'
     returning l.id as candidacy_id`,
    [
      displaced.map((one) => one.messageId),
      displaced.map((one) => one.winner),
      displaced.map((one) => one.reason),
      displaced.map((one) => one.freeAt),
      context.now,
      context.waitingCampaignIds,
    ],
  )
}

/**
 * Asked-for candidacies of these people that wait for something else, whose reason holds now and which would be due within the time in
 * which alerts are joined; locked.
 */
export async function listOtherWaitingAlerts(
  tx: Tx,
  which: { personIds: readonly number[]; dueBefore: Date; now: Date },
): Promise<{ personId: number; candidacyId: number }[]> {
  const asked = await tx.query<{ id: number }>(
    `select l.id from people record cross join lateral (
       select * from reengagement_log l where l.person_id = record.id and l.state in ('waiting', 'reserved') offset 0) l
     where record.root_id = any($1) and l.state = 'waiting' and l.trigger = 'asked'`,
    [which.personIds],
  )
  if (asked.length === 0) return []
  return tx.query(
    `select record.root_id as person_id, l.id as candidacy_id
     from reengagement_log l join people record on record.id = l.person_id
       join campaigns c on c.id = l.campaign_id and c.is_on
       join products p on p.id = l.product_id and p.is_sellable
       left join campaign_runs r on r.id = l.run_id left join stock_cycles y on y.id = l.cycle_id
     where l.id = any($1) and l.state = 'waiting' and (l.retry_at is null or l.retry_at <= $2) and l.expires_at > $3
       and (r.id is null or r.state = 'running')
       and (l.cycle_id is null or (y.closed_at is null and r.next_wave_at <= $2))
       and (l.price_event_id is null or p.price_minor <= l.price_minor)
     order by l.id for update of l skip locked`,
    [asked.map(({ id }) => id), which.dueBefore, which.now],
  )
}
