import type { Sql, Tx } from '../platform/database.ts'
import type { Identity, KnownIdentity } from './identity.ts'

/** Two messages of a new person at the same moment make one person: whoever comes second waits here. Sorted, so nobody waits in a circle. */
export async function lockIdentities(tx: Tx, shopId: number, values: readonly string[]): Promise<void> {
  for (const value of [...new Set(values)].sort()) {
    await tx.execute(
      `select pg_advisory_xact_lock(hashtextextended('identity:' || $1::text || ':' || $2::text, 0))`,
      [shopId, value],
    )
  }
}

/** Current holders. A number is found as `phone` and as `wa_id`. */
export function findCurrentIdentities(
  sql: Sql,
  shopId: number,
  identities: readonly { kind: string; value: string }[],
): Promise<KnownIdentity[]> {
  return sql.query<KnownIdentity>(
    `select i.id, i.person_id, p.root_id, i.kind, i.value, i.verified, i.started_at
     from unnest($2::text[], $3::text[]) given(kind, value)
       join person_identities i on i.shop_id = $1 and i.value = given.value and i.ended_at is null
         and (i.kind = given.kind or (i.kind in ('phone', 'wa_id') and given.kind in ('phone', 'wa_id')))
       join people p on p.id = i.person_id
     order by p.root_id, i.id`,
    [shopId, identities.map((identity) => identity.kind), identities.map((identity) => identity.value)],
  )
}

/** All current identities of people and of the records merged into them. */
export function listHoldings(sql: Sql, rootIds: readonly number[]): Promise<KnownIdentity[]> {
  return sql.query<KnownIdentity>(
    `select i.id, i.person_id, p.root_id, i.kind, i.value, i.verified, i.started_at
     from people p join person_identities i on i.person_id = p.id
     where p.root_id = any($1) and i.ended_at is null order by i.id`,
    [rootIds],
  )
}

export async function insertIdentities(
  tx: Tx,
  of: { shopId: number; personId: number; source: string; now: Date },
  identities: readonly Identity[],
): Promise<void> {
  await tx.execute(
    `insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
     select $1, $2, *, $7, $8 from unnest($3::text[], $4::text[], $5::text[], $6::bool[])
     on conflict (shop_id, kind, value) where ended_at is null do nothing`,
    [
      of.shopId,
      of.personId,
      identities.map((identity) => identity.kind),
      identities.map((identity) => identity.value),
      identities.map((identity) => identity.asGiven),
      identities.map((identity) => identity.verified),
      of.source,
      of.now,
    ],
  )
}

export async function markVerified(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.execute(`update person_identities set verified = true where id = any($1) and not verified`, [ids])
}

/** They stay as history. */
export async function endIdentities(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.execute(`update person_identities set ended_at = $2 where id = any($1) and ended_at is null`, [
    ids,
    now,
  ])
}
