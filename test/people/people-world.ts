import type { GivenIdentity } from '../../src/people/identity.ts'
import { resolvePerson } from '../../src/people/resolve-person.ts'
import type { Database, Tx } from '../../src/platform/database.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertShop, someMonday } from '../support/rows.ts'

export const minute = 60_000
export const hour = 3_600_000
export const day = 86_400_000

export function after(byMs: number): Date {
  return new Date(someMonday.getTime() + byMs)
}

export const waId = (value: string): GivenIdentity => ({ kind: 'wa_id', value, verified: true })
export const bsuid = (value: string): GivenIdentity => ({ kind: 'bsuid', value, verified: true })
export const typedPhone = (value: string): GivenIdentity => ({ kind: 'phone', value, verified: false })
export const typedEmail = (value: string): GivenIdentity => ({ kind: 'email', value, verified: false })
export const customer = (id: number): GivenIdentity => ({
  kind: 'wc_customer',
  value: String(id),
  verified: true,
})

export interface PeopleWorld extends AsyncDisposable {
  db: Database
  shopId: number
  /** The person behind the identities; made where there is none. */
  meet: (identities: GivenIdentity[], more?: { at?: Date; source?: string }) => Promise<number>
  meetIn: (tx: Tx, identities: GivenIdentity[], at?: Date) => Promise<number>
  /** 'kind value' of each current identity of a person and the records merged into them; typed ones with a ~. */
  identitiesOf: (rootId: number) => Promise<string[]>
}

/** A database with one shop in Portugal. */
export async function createPeopleWorld(): Promise<PeopleWorld> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  const random = createSeededRandom(7)
  const meetIn = async (
    tx: Tx,
    identities: GivenIdentity[],
    at = someMonday,
    source = 'whatsapp',
  ): Promise<number> => {
    const found = await resolvePerson(
      tx,
      { random },
      { shopId, shopCountry: 'PT', identities, source, now: at },
    )
    if (found === undefined) throw new Error('none of these is an identity')
    return found.personId
  }
  return {
    db,
    shopId,
    meetIn,
    meet: (identities, { at, source } = {}) => db.transaction((tx) => meetIn(tx, identities, at, source)),
    identitiesOf: async (rootId) => {
      const rows = await db.query<{ text: string }>(
        `select i.kind || ' ' || case when i.verified then '' else '~' end || i.value as text
         from people p join person_identities i on i.person_id = p.id
         where p.root_id = $1 and i.ended_at is null order by 1`,
        [rootId],
      )
      return rows.map((row) => row.text)
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
