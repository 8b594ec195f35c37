import type { Database } from '../../src/platform/database.ts'
import { newsAt } from './size.ts'

// Rows that planning adds have ids above those the data end with; rows it changes (candidacies that are taken up again) are kept aside.

const tablesWithIds = [
  'messages',
  'reengagement_log',
  'campaign_runs',
  'daily_runs',
  'coupons',
  'ticks',
] as const

/** Remembers where the data end. Once for each database; again, it changes nothing. */
export async function markEnd(db: Database): Promise<void> {
  const lastIds = tablesWithIds.map(
    (table) => `select '${table}' as name, coalesce(max(id), 0) as last_id from ${table}`,
  )
  await db.execute(`create table if not exists bench.ends as ${lastIds.join(' union all ')}`)
  await db.execute(
    `create table if not exists bench.kept_candidacies as select * from reengagement_log where expires_at > '${newsAt}'`,
  )
  await db.execute(`create table if not exists bench.kept_budgets as select person_id from contact_budgets`)
}

/** Everything as it was before the first plan, and as tidy. */
export async function restore(db: Database): Promise<void> {
  const endOf = (table: string): string => `(select last_id from bench.ends where name = '${table}')`
  await db.execute(`delete from message_candidacies where message_id > ${endOf('messages')}`)
  for (const table of tablesWithIds) await db.execute(`delete from ${table} where id > ${endOf(table)}`)
  await db.execute(
    `delete from contact_budgets b where not exists (select 1 from bench.kept_budgets k where k.person_id = b.person_id)`,
  )
  await db.execute(
    `update reengagement_log l set state = k.state, reason = k.reason, reason_count = k.reason_count, trigger = k.trigger,
       message_id = k.message_id, reservations = k.reservations, retry_at = k.retry_at, competing_id = k.competing_id,
       considered_at = k.considered_at, updated_at = k.updated_at, variant = k.variant
     from bench.kept_candidacies k where k.id = l.id and l is distinct from k`,
  )
  await db.execute(`truncate bench.plans`)
  await db.execute(
    `vacuum (analyze) messages, message_candidacies, reengagement_log, campaign_runs, daily_runs, contact_budgets, bench.plans`,
  )
  await db.execute(`checkpoint`)
}

/** These kinds and no others, since this moment; win-backs for so long that no ramp-up holds them back. */
export async function switchOn(db: Database, kinds: readonly string[], onSince: string): Promise<void> {
  await db.execute(
    `update campaigns set is_on = kind = any($1),
       on_since = case when kind <> all($1) then null when kind in ('back_in_stock', 'price_drop') then $2::timestamptz
                  else $2::timestamptz - interval '100 days' end`,
    [kinds, onSince],
  )
}
