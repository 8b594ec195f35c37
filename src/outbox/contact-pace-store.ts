import type { Sql, Tx } from '../platform/database.ts'
import { forgetBatchSize, type ForgetBatch } from '../platform/forget-in-batches.ts'
import type { ContactLevel } from './decide-contact-pace.ts'

/** By root id; people whom the number has not written to of late are left out. */
export async function listContactLevels(
  sql: Sql,
  phoneNumberId: number,
  rootIds: readonly number[],
): Promise<Map<number, ContactLevel>> {
  if (rootIds.length === 0) return new Map()
  const rows = await sql.query<ContactLevel & { rootId: number }>(
    `select root_id, level, at, marketing_at, not_before from contact_pace where phone_number_id = $1 and root_id = any($2)`,
    [phoneNumberId, rootIds],
  )
  return new Map(rows.map(({ rootId, ...level }) => [rootId, level]))
}

/** What is left after messages have begun. Who claims for the number does so alone, so nobody else writes levels at the same time. */
export async function saveContactLevels(
  tx: Tx,
  phoneNumberId: number,
  levels: ReadonlyMap<number, ContactLevel>,
): Promise<void> {
  if (levels.size === 0) return
  const rows = [...levels].sort(([one], [other]) => one - other)
  await tx.execute(
    `insert into contact_pace (phone_number_id, root_id, level, at, marketing_at, not_before)
     select $1, * from unnest($2::bigint[], $3::float8[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
     on conflict (phone_number_id, root_id) do update set level = excluded.level, at = excluded.at,
       marketing_at = excluded.marketing_at, failures = 0,
       not_before = case when contact_pace.not_before > excluded.at then contact_pace.not_before end`,
    [
      phoneNumberId,
      rows.map(([rootId]) => rootId),
      rows.map(([, { level }]) => level),
      rows.map(([, { at }]) => at),
      rows.map(([, { marketingAt }]) => marketingAt),
      rows.map(([, { notBefore }]) => notBefore),
    ],
  )
}

/** Messages that were counted and never went: what they took is there again. */
export async function returnContactLevels(
  tx: Tx,
  phoneNumberId: number,
  rootIds: readonly number[],
): Promise<void> {
  await tx.execute(
    `update contact_pace c set level = c.level + back.messages, marketing_at = null
     from (select root_id, count(*) as messages from unnest($2::bigint[]) u(root_id) group by root_id order by root_id) back
     where c.phone_number_id = $1 and c.root_id = back.root_id`,
    [phoneNumberId, rootIds],
  )
}

/** Who was last written to an hour ago has a full bucket: as good as no row. */
export async function forgetContactLevels(sql: Sql, now: Date): Promise<ForgetBatch> {
  const before = new Date(now.getTime() - 3_600_000)
  const forgotten = await sql.execute(
    `with old as materialized (
       select phone_number_id, root_id from contact_pace where at < $1 and (not_before is null or not_before <= $1)
       order by at limit ${forgetBatchSize} for update skip locked)
     delete from contact_pace c using old where c.phone_number_id = old.phone_number_id and c.root_id = old.root_id`,
    [before],
  )
  return { forgotten, next: forgotten < forgetBatchSize ? null : 0 }
}

/** Meta said that this person gets too much at once (131056): nothing goes to them before `until`, whatever it is. */
export async function holdContact(
  tx: Tx,
  hold: { phoneNumberId: number; personId: number; until: Date; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into contact_pace (phone_number_id, root_id, level, at, not_before, failures)
     select $1, coalesce((select root_id from people where id = $2), $2), 0, $4, $3, 1
     on conflict (phone_number_id, root_id) do update set level = 0, at = greatest(contact_pace.at, excluded.at),
       not_before = greatest(contact_pace.not_before, excluded.not_before), failures = contact_pace.failures + 1`,
    [hold.phoneNumberId, hold.personId, hold.until, hold.now],
  )
}
