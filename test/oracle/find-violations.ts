import type { Sql } from '../../src/platform/database.ts'
import { groupBy } from '../../src/outbox/group-by.ts'
import { mostUnits, perUnit } from './busy-shop.ts'
import type { Storm } from './storm.ts'
import { isOpen } from './windows.ts'
import { dayMs, hourMs, type World } from './world.ts'

// What must never happen, looked for in what was written. Each answers with what happened all the same.

interface Counted {
  id: number
  personId: number
  purpose: 'campaign' | 'alert'
  at: Date
  startedAt: Date | null
  state: string
}

function listCounted(sql: Sql, shopId: number): Promise<Counted[]> {
  return sql.query<Counted>(
    `select m.id, w.root_id as person_id, m.purpose, m.counted_at as at, m.started_at, m.state
     from messages m join people w on w.id = m.person_id
     where m.shop_id = $1 and m.counted_at is not null and m.purpose in ('campaign', 'alert') order by m.counted_at, m.id`,
    [shopId],
  )
}

/** Messages with too many others in a window that ends with them. */
export async function findOverCaps(sql: Sql, shopId: number): Promise<string[]> {
  const byPerson = groupBy(await listCounted(sql, shopId), (message) => message.personId)
  return [...byPerson.values()].flatMap((messages) =>
    messages.flatMap((message) => {
      const others = (windowMs: number): Counted[] =>
        messages.filter(
          (other) =>
            other !== message &&
            other.at <= message.at &&
            message.at.getTime() - other.at.getTime() < windowMs,
        )
      // An alert may follow a campaign in the same instant, a campaign nothing.
      const isCampaign = message.purpose === 'campaign'
      const week = others(7 * dayMs).filter(
        (other) => other.purpose === 'campaign' || other.at.getTime() < message.at.getTime(),
      )
      const day = others(dayMs).filter((other) => other.purpose === 'alert')
      const isOver = others(30 * dayMs).length >= 4 || (isCampaign ? week.length > 0 : day.length > 0)
      return isOver
        ? [`${message.purpose} ${message.id} to ${message.personId} at ${message.at.toISOString()}`]
        : []
    }),
  )
}

/** Sent while the person's hours were over. */
export async function findOutsideHours(sql: Sql, world: World): Promise<string[]> {
  const regionsOf = new Map<number, string[]>()
  for (const record of world.people)
    regionsOf.set(record.rootId, [...(regionsOf.get(record.rootId) ?? []), ...record.sendRegions])
  const sent = (await listCounted(sql, world.shop.id)).filter((message) => message.startedAt !== null)
  return sent
    .filter(
      (message) =>
        !isOpen(
          regionsOf.get(message.personId) ?? [],
          world.shop.settings.sendWindow,
          message.startedAt!.getTime(),
        ),
    )
    .map((message) => `${message.id} to ${message.personId} at ${message.startedAt!.toISOString()}`)
}

/** Campaigns to people who never opted in, or stopped at Meta; anything to people who had opted out by then, or to the US. */
export async function findUnwanted(sql: Sql, { world, optOuts }: Storm): Promise<string[]> {
  const sent = await sql.query<{ id: number; personId: number; purpose: string; startedAt: Date }>(
    `select m.id, w.root_id as person_id, m.purpose, m.started_at from messages m join people w on w.id = m.person_id
     where m.shop_id = $1 and m.started_at is not null and m.purpose in ('campaign', 'alert')`,
    [world.shop.id],
  )
  const rootOf = new Map(world.people.map((record) => [record.id, record.rootId]))
  return sent.flatMap(({ id, personId, purpose }) => {
    const root = world.people.find((record) => record.id === personId)!
    const mayCampaign = root.consent === 'opted_in' && !root.metaStop
    const out = optOuts.find((one) => rootOf.get(one.personId) === personId)
    const isAfterOptOut = out !== undefined && !out.sentBefore.includes(id)
    const isUnwanted = root.country === 'US' || isAfterOptOut || (purpose === 'campaign' && !mayCampaign)
    return isUnwanted ? [`${purpose} ${id} to ${personId}`] : []
  })
}

/** More than one message to one person about one cycle or one fall of a price. */
export function findTwiceTold(sql: Sql, shopId: number): Promise<object[]> {
  return sql.query(
    `select w.root_id as person_id, l.occasion, count(distinct m.id)::int as messages
     from reengagement_log l join people w on w.id = l.person_id join messages m on m.id = l.message_id
     where l.shop_id = $1 and m.counted_at is not null and (l.cycle_id is not null or l.price_event_id is not null)
     group by w.root_id, l.occasion having count(distinct m.id) > 1`,
    [shopId],
  )
}

/** Waves of a run are an hour apart: in no hour may it have reserved for more than its units allow. */
export async function findOverfullWaves(sql: Sql, shopId: number): Promise<string[]> {
  const reserved = await sql.query<{ runId: number; at: Date }>(
    `select l.run_id, m.created_at as at from messages m
       join reengagement_log l on l.id = split_part(m.unique_key, ':', 2)::bigint and l.cycle_id is not null
       join products p on p.id = l.product_id and p.stock_managed_by <> 'none'
     where m.shop_id = $1 and m.unique_key like 'candidacy:%' order by m.created_at`,
    [shopId],
  )
  const byRun = groupBy(reserved, (one) => one.runId)
  return [...byRun].flatMap(([runId, messages]) => {
    const most = Math.max(
      ...messages.map(
        (last) =>
          messages.filter((one) => one.at <= last.at && last.at.getTime() - one.at.getTime() < hourMs).length,
      ),
    )
    return most > perUnit * mostUnits ? [`run ${runId}: ${most} in an hour`] : []
  })
}

export function findSentHoldouts(sql: Sql, shopId: number): Promise<object[]> {
  return sql.query(
    `select id from messages where shop_id = $1 and state = 'held_out' and (started_at is not null or wamid is not null or purpose = 'alert')`,
    [shopId],
  )
}

/** Candidacies whose state says something else than their message, or that ended without a reason. */
export function findContradictions(sql: Sql, shopId: number): Promise<object[]> {
  return sql.query(
    `select l.id, l.state, l.reason, m.state as message from reengagement_log l left join messages m on m.id = l.message_id
     where l.shop_id = $1 and (
       (l.state in ('suppressed', 'expired', 'held_out', 'failed', 'unknown') and l.reason is null)
       or (l.state in ('reserved', 'uncertain', 'sent', 'delivered', 'failed', 'unknown', 'held_out') and l.state is distinct from (
         case when m.state in ('waiting', 'sending') then 'reserved' when m.state in ('accepted', 'sent') then 'sent'
              when m.state in ('delivered', 'read') then 'delivered' when m.state = 'outcome_unknown' then 'unknown' else m.state end))
       or (l.state in ('waiting', 'suppressed', 'expired') and m.counted_at is not null))`,
    [shopId],
  )
}

/** When all news is old nothing waits any more. */
export function findStillWaiting(sql: Sql, shopId: number): Promise<object[]> {
  return sql.query(
    `select 'candidacy' as what, id, state, reason, run_id, retry_at, expires_at from reengagement_log
     where shop_id = $1 and state in ('waiting', 'reserved', 'uncertain')
     union all
     select 'message', id, state, reason, null, due_at, expires_at from messages
     where shop_id = $1 and state in ('waiting', 'sending', 'uncertain')
     union all
     select 'run', id, state, reason, null, next_wave_at, expires_at from campaign_runs where shop_id = $1 and state <> 'done'`,
    [shopId],
  )
}

/** How many messages of which state and purpose there are: a storm in which nothing is sent shows nothing. */
export async function countMessages(sql: Sql, shopId: number): Promise<Record<string, number>> {
  const rows = await sql.query<{ what: string; count: number }>(
    `select purpose || ' ' || state as what, count(*) from messages where shop_id = $1 and purpose in ('campaign', 'alert') group by 1`,
    [shopId],
  )
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]))
}
