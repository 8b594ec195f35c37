import type { Tx } from '../platform/database.ts'

/** As often in a row as WhatsApp must have refused an address before nothing but answers goes there. */
export const refusalsInRow = 3

/** SQL: whether an address counts as out of reach; what the person has written since makes it one that is within. */
export function unreachableSql(identity: string, lastInboundAt: string): string {
  return `(${identity}.refusals >= ${refusalsInRow} and (${lastInboundAt} is null or ${identity}.refused_at > ${lastInboundAt}))`
}

/** WhatsApp could not reach these; an identity as often as it is named. What the person has written in between begins the row anew. */
export async function countRefusals(tx: Tx, identityIds: readonly number[], now: Date): Promise<void> {
  await tx.execute(
    `with told as (select id, count(*)::int as times from unnest($1::bigint[]) id group by id),
       held as materialized (
         select i.id, told.times, (select max(p.last_inbound_at) from people one join people p on p.root_id = one.root_id
           where one.id = i.person_id) > i.refused_at as begins_anew
         from person_identities i join told on told.id = i.id order by i.id for update of i)
     update person_identities i set refusals = case when held.begins_anew then 0 else i.refusals end + held.times, refused_at = $2
     from held where held.id = i.id`,
    [identityIds, now],
  )
}

/** Something has arrived there. */
export async function forgetRefusals(tx: Tx, identityIds: readonly number[]): Promise<void> {
  await tx.execute(
    `with held as materialized (select id from person_identities where id = any($1) order by id for update)
     update person_identities i set refusals = 0, refused_at = null from held where held.id = i.id`,
    [identityIds],
  )
}
