import { expect, test } from 'vitest'
import { resolvePerson } from '../../src/people/resolve-person.ts'
import { loadPerson, touchInbound } from '../../src/people/person-store.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { someMonday } from '../support/rows.ts'
import {
  after,
  bsuid,
  createPeopleWorld,
  customer,
  day,
  hour,
  typedEmail,
  typedPhone,
  waId,
} from './people-world.ts'

test('somebody who writes twice is one person, and keeps the name of the first time', async () => {
  await using world = await createPeopleWorld()
  const meet = (firstName: string) =>
    world.db.transaction((tx) =>
      resolvePerson(
        tx,
        { random: createSeededRandom(firstName.length) },
        {
          shopId: world.shopId,
          shopCountry: 'PT',
          identities: [waId('351912345678')],
          source: 'whatsapp',
          firstName,
          now: someMonday,
        },
      ),
    )
  const first = await meet('Ana')
  const second = await meet('Ana Maria')

  expect(first?.isNew).toBe(true)
  expect(second).toEqual({ personId: first?.personId, isNew: false, foundBy: 'wa_id' })
  expect(await loadPerson(world.db, first!.personId)).toMatchObject({
    firstName: 'Ana',
    country: 'PT',
    consent: 'unknown',
    sendRegions: ['PT|Atlantic/Azores', 'PT|Europe/Lisbon'],
  })
})

test('nobody is made of identities that are none', async () => {
  await using world = await createPeopleWorld()
  const found = await world.db.transaction((tx) =>
    resolvePerson(
      tx,
      { random: createSeededRandom(1) },
      {
        shopId: world.shopId,
        shopCountry: 'PT',
        identities: [typedPhone('call me'), typedEmail('at home')],
        source: 'api',
        now: someMonday,
      },
    ),
  )
  expect(found).toBeUndefined()
  expect(await world.db.query('select 1 as one from people')).toEqual([])
})

test("names that PostgreSQL cannot store as they are don't lose the person", async () => {
  await using world = await createPeopleWorld()
  const found = await world.db.transaction((tx) =>
    resolvePerson(
      tx,
      { random: createSeededRandom(1) },
      {
        shopId: world.shopId,
        shopCountry: 'PT',
        identities: [waId('351912345678')],
        source: 'whatsapp',
        firstName: 'A\u0000n\ud800a',
        lastName: '\u0000',
        now: someMonday,
      },
    ),
  )
  expect(await loadPerson(world.db, found!.personId)).toMatchObject({ firstName: 'Ana', lastName: null })
})

test('a number typed at the checkout becomes a proven one when its owner writes', async () => {
  await using world = await createPeopleWorld()
  const buyer = await world.meet([customer(7), typedPhone('912 345 678'), typedEmail('Ana@Example.com')])

  expect(await world.meet([waId('351912345678'), bsuid('PT.1')])).toBe(buyer)
  expect(await world.identitiesOf(buyer)).toEqual([
    'bsuid PT.1',
    'email ~ana@example.com',
    'phone +351912345678',
    'wa_id +351912345678',
    'wc_customer 7',
  ])
})

test.each([
  ['BR', '551187654321', '+5511987654321'],
  ['MX', '5214491234567', '+524491234567'],
  ['AR', '5491123456789', '11 2345-6789'],
])(
  "WhatsApp's spelling and the national one of a number in %s reach the same person",
  async (country, wa, typed) => {
    await using world = await createPeopleWorld()
    const random = createSeededRandom(3)
    const meet = (identity: ReturnType<typeof waId>) =>
      world.db.transaction((tx) =>
        resolvePerson(
          tx,
          { random },
          {
            shopId: world.shopId,
            shopCountry: country,
            identities: [identity],
            source: 'x',
            now: someMonday,
          },
        ),
      )
    const writer = await meet(waId(wa))
    expect((await meet(typedPhone(typed)))?.personId).toBe(writer?.personId)
  },
)

test('an order with the number of somebody who writes to us is theirs', async () => {
  await using world = await createPeopleWorld()
  const writer = await world.meet([waId('351912345678'), bsuid('PT.1')])
  expect(await world.meet([customer(7), typedPhone('+351912345678')])).toBe(writer)
})

test('the same number in another shop is another person', async () => {
  await using world = await createPeopleWorld()
  const [other] = await world.db.query<{ id: number }>(
    `insert into shops (key, name, time_zone, currency, country, language, allowed_origins, is_sandbox, created_at, updated_at)
     values ('other', 'Other', 'UTC', 'EUR', 'PT', 'en', '{}', true, $1, $1) returning id`,
    [someMonday],
  )
  const here = await world.meet([waId('351912345678')])
  const there = await world.db.transaction((tx) =>
    resolvePerson(
      tx,
      { random: createSeededRandom(5) },
      {
        shopId: other!.id,
        shopCountry: 'PT',
        identities: [waId('351912345678')],
        source: 'whatsapp',
        now: someMonday,
      },
    ),
  )
  expect(there).toMatchObject({ isNew: true })
  expect(there?.personId).not.toBe(here)
})

test('a number and a user id that come together join their people; the oldest record stands for all', async () => {
  await using world = await createPeopleWorld()
  const byNumber = await world.meet([waId('351912345678')])
  const byId = await world.meet([bsuid('PT.1')])
  await world.db.transaction((tx) => touchInbound(tx, byId, after(hour)))

  expect(await world.meet([waId('351912345678'), bsuid('PT.1')], { at: after(day) })).toBe(byNumber)

  const records = await world.db.query(`select id, root_id, merged_into from people order by id`)
  expect(records).toEqual([
    { id: byNumber, rootId: byNumber, mergedInto: null },
    { id: byId, rootId: byNumber, mergedInto: byNumber },
  ])
  expect(await loadPerson(world.db, byNumber)).toMatchObject({ lastInboundAt: after(hour) })
  expect(await world.meet([bsuid('PT.1')])).toBe(byNumber)
  expect(
    await world.db.query('select person_id from person_identities order by id'),
    'nothing is rewritten: each identity stays at its own record',
  ).toEqual([{ personId: byNumber }, { personId: byId }])
})

test('records that were merged before point at the new root, all of them', async () => {
  await using world = await createPeopleWorld()
  const oldest = await world.meet([customer(1)])
  const middle = await world.meet([waId('351912345678')])
  const youngest = await world.meet([bsuid('PT.1')])
  await world.meet([waId('351912345678'), bsuid('PT.1')])

  await world.meet([customer(1), waId('351912345678')])

  expect(await world.db.query('select id, root_id, merged_into from people order by id')).toEqual([
    { id: oldest, rootId: oldest, mergedInto: null },
    { id: middle, rootId: oldest, mergedInto: oldest },
    { id: youngest, rootId: oldest, mergedInto: middle },
  ])
})

test('typing the number of somebody else joins nobody with them, before or after', async () => {
  await using world = await createPeopleWorld()
  const victim = await world.meet([waId('351912345678'), bsuid('PT.1')])
  const stranger = await world.meet([customer(66)])

  expect(await world.meet([customer(66), typedPhone('912345678')])).toBe(stranger)
  expect(await world.meet([waId('351912345678'), bsuid('PT.1')])).toBe(victim)
  expect(await world.identitiesOf(stranger)).toEqual(['wc_customer 66'])
})

test('a number that a known writer typed as theirs goes to the one who writes from it', async () => {
  await using world = await createPeopleWorld()
  const writer = await world.meet([waId('351911111111'), bsuid('PT.1'), customer(5)])
  await world.meet([customer(5), typedPhone('912345678')])

  const owner = await world.meet([waId('351912345678'), bsuid('PT.2')])

  expect(owner).not.toBe(writer)
  expect(await world.identitiesOf(owner)).toEqual(['bsuid PT.2', 'wa_id +351912345678'])
  expect(await world.identitiesOf(writer)).toEqual(['bsuid PT.1', 'wa_id +351911111111', 'wc_customer 5'])
})

test('typed identities of two people join nothing: the customer id decides', async () => {
  await using world = await createPeopleWorld()
  const one = await world.meet([typedEmail('ana@example.com')])
  const two = await world.meet([typedPhone('912345678')])
  expect(await world.meet([typedEmail('ana@example.com'), typedPhone('912345678')])).toBe(two)
  expect(await world.db.query('select id from people where merged_into is not null')).toEqual([])
  expect(one).not.toBe(two)
})

test('a known number with a new user id and no notice is a new subscriber, whose consent is unknown', async () => {
  await using world = await createPeopleWorld()
  const before = await world.meet([waId('351912345678'), bsuid('PT.1'), customer(5)])
  await world.db.execute(`update people set consent = 'opted_in', consent_at = $2 where id = $1`, [
    before,
    someMonday,
  ])

  const now = await world.meet([waId('351912345678'), bsuid('PT.2')], { at: after(day) })

  expect(now).not.toBe(before)
  expect(await loadPerson(world.db, now)).toMatchObject({ consent: 'unknown', consentAt: null })
  expect(await world.identitiesOf(before)).toEqual(['bsuid PT.1', 'wc_customer 5'])
  expect(await world.identitiesOf(now)).toEqual(['bsuid PT.2', 'wa_id +351912345678'])
  expect(
    await world.db.query(
      `select value, ended_at from person_identities where person_id = $1 and ended_at is not null`,
      [before],
    ),
  ).toEqual([{ value: '+351912345678', endedAt: after(day) }])
})

test('a number given to somebody whom we know already under their own user id is no reason to merge them', async () => {
  await using world = await createPeopleWorld()
  const before = await world.meet([waId('351912345678'), bsuid('PT.1')])
  const other = await world.meet([bsuid('PT.2')])

  expect(await world.meet([waId('351912345678'), bsuid('PT.2')])).toBe(other)

  expect(await world.identitiesOf(before)).toEqual(['bsuid PT.1'])
  expect(await world.identitiesOf(other)).toEqual(['bsuid PT.2', 'wa_id +351912345678'])
})

test('a user id that comes for the first time with a known number belongs to the same person', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  expect(await world.meet([waId('351912345678'), bsuid('PT.1')])).toBe(person)
  expect(await world.meet([bsuid('PT.1')])).toBe(person)
})

test('twenty first messages of one number at the same moment make one person', async () => {
  await using world = await createPeopleWorld()
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, nth) =>
      world.meet(
        nth % 2 === 0 ? [waId('351912345678'), bsuid('PT.1')] : [bsuid('PT.1'), waId('351912345678')],
      ),
    ),
  )
  expect(new Set(ids).size).toBe(1)
  expect(await world.db.query('select count(*) as people from people')).toEqual([{ people: 1 }])
})

test('typed and proven spellings of one number that arrive at the same moment make one person', async () => {
  await using world = await createPeopleWorld()
  const ids = await Promise.all(
    Array.from({ length: 12 }, (_, nth) =>
      world.meet(
        nth % 3 === 0
          ? [waId('351912345678')]
          : [typedPhone('912 345 678'), typedEmail(`a${nth}@example.com`)],
      ),
    ),
  )
  expect(new Set(ids).size).toBe(1)
})

test('merges of overlapping people at the same moment end in one root', async () => {
  await using world = await createPeopleWorld()
  for (let nth = 0; nth < 8; nth++) {
    await world.meet([customer(nth + 1)])
  }
  const pairs = Array.from({ length: 7 }, (_, nth) => [customer(nth + 1), customer(nth + 2)])
  await Promise.all(pairs.map((pair) => world.meet(pair)))
  const roots = await world.db.query<{ rootId: number; mergedInto: number | null }>(
    'select root_id, merged_into from people order by id',
  )
  expect(new Set(roots.map((row) => row.rootId)).size).toBe(1)
  expect(roots.filter((row) => row.mergedInto === null)).toHaveLength(1)
})
