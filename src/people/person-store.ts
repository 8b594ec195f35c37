import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { Person } from './person.ts'
import { storableTextOrNull } from './storable-text.ts'

const columns = `id, shop_id, public_id, root_id, first_name, last_name, language, country, send_regions, consent, consent_at, consent_source,
  meta_stop, marketing_paused_at, last_inbound_at`

const nameLength = 200

/** Throws HubError `person_missing`. */
export async function loadPerson(sql: Sql, id: number): Promise<Person> {
  const [person] = await sql.query<Person>(`select ${columns} from people where id = $1`, [id])
  if (person === undefined) throw new HubError('person_missing', `There is no person with the id ${id}.`)
  return person
}

export async function findPersonById(sql: Sql, shopId: number, id: number): Promise<Person | undefined> {
  const [person] = await sql.query<Person>(`select ${columns} from people where shop_id = $1 and id = $2`, [
    shopId,
    id,
  ])
  return person
}

/**
 * The person that a record stands for (its root), locked until the transaction ends. Only the root is locked, so that two transactions
 * that lock people in id order cannot wait for each other; a merge that commits meanwhile makes us look again.
 */
export async function lockPerson(tx: Tx, id: number): Promise<Person> {
  let { rootId } = await loadPerson(tx, id)
  for (;;) {
    await tx.execute('select 1 from people where id = $1 for no key update', [rootId])
    const person = await loadPerson(tx, rootId)
    if (person.rootId === rootId) return person
    rootId = person.rootId
  }
}

export async function findPersonByPublicId(
  sql: Sql,
  shopId: number,
  publicId: string,
): Promise<Person | undefined> {
  const [person] = await sql.query<Person>(
    `select ${columns.replaceAll(/\b(\w+)\b/g, 'root.$1')} from people p join people root on root.id = p.root_id
     where p.shop_id = $1 and p.public_id = $2`,
    [shopId, publicId],
  )
  return person
}

export interface NewPerson {
  shopId: number
  publicId: string
  firstName: string | null
  lastName: string | null
  language: string | null
  country: string | null
  sendRegions: string[]
  now: Date
}

export async function insertPerson(tx: Tx, person: NewPerson): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `insert into people (shop_id, public_id, root_id, first_name, last_name, language, country, send_regions, consent, meta_stop,
       created_at, updated_at)
     values ($1, $2, 0, $3, $4, $5, $6, $7, 'unknown', false, $8, $8) returning id`,
    [
      person.shopId,
      person.publicId,
      storableTextOrNull(person.firstName, nameLength),
      storableTextOrNull(person.lastName, nameLength),
      person.language,
      person.country,
      person.sendRegions,
      person.now,
    ],
  )
  const id = row?.id ?? 0
  await tx.execute('update people set root_id = id where id = $1', [id])
  return id
}

/** Fills in what was not known; a place that is known replaces an earlier one (the number may have changed). */
export async function completePerson(
  tx: Tx,
  id: number,
  known: Partial<Pick<NewPerson, 'firstName' | 'lastName' | 'language' | 'country' | 'sendRegions'>> & {
    now: Date
  },
): Promise<void> {
  await tx.execute(
    `update people set first_name = coalesce(first_name, $2), last_name = coalesce(last_name, $3), language = coalesce(language, $4),
       country = coalesce($5, country), send_regions = case when $6::text[] = '{}' then send_regions else $6 end, updated_at = $7
     where id = $1`,
    [
      id,
      storableTextOrNull(known.firstName, nameLength),
      storableTextOrNull(known.lastName, nameLength),
      known.language ?? null,
      known.country ?? null,
      known.sendRegions ?? [],
      known.now,
    ],
  )
}

/** Points records at the one that stands for them all. Nothing else is rewritten, but for the open window of whoever wrote last. */
export async function mergeRecords(
  tx: Tx,
  rootIds: readonly number[],
  into: number,
  now: Date,
): Promise<void> {
  await tx.execute(
    `update people set updated_at = $3,
       last_inbound_at = (select max(one.last_inbound_at) from people one where one.id = any($1))
     where id = $2`,
    [rootIds, into, now],
  )
  await tx.execute(`update people set merged_into = $2, updated_at = $3 where id = any($1) and id <> $2`, [
    rootIds,
    into,
    now,
  ])
  await tx.execute(`update people set root_id = $2 where root_id = any($1)`, [rootIds, into])
}

type ConsentField = 'consent' | 'consentAt' | 'consentSource' | 'metaStop' | 'marketingPausedAt'

export async function saveConsentFields(
  tx: Tx,
  id: number,
  fields: Pick<Person, ConsentField> & { now: Date },
): Promise<void> {
  await tx.execute(
    `update people set consent = $2, consent_at = $3, meta_stop = $4, marketing_paused_at = $5, updated_at = $6,
       meta_stop_at = case when meta_stop = $4 then meta_stop_at else $6 end, consent_source = $7
     where id = $1`,
    [
      id,
      fields.consent,
      fields.consentAt,
      fields.metaStop,
      fields.marketingPausedAt,
      fields.now,
      fields.consentSource,
    ],
  )
}

/** The 24-hour window runs from the last thing a person wrote; a late webhook does not turn it back. */
export async function touchInbound(tx: Tx, personId: number, at: Date): Promise<void> {
  await tx.execute(`update people set last_inbound_at = greatest(last_inbound_at, $2) where id = $1`, [
    personId,
    at,
  ])
}

export async function listPausedBefore(
  sql: Sql,
  shopId: number,
  before: Date,
  limit: number,
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select id from people where marketing_paused_at <= $2 and shop_id = $1 and id = root_id order by id limit $3`,
    [shopId, before, limit],
  )
  return rows.map((row) => row.id)
}
