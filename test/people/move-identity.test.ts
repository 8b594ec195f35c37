import { expect, test } from 'vitest'
import type { GivenIdentity } from '../../src/people/identity.ts'
import { moveIdentity } from '../../src/people/move-identity.ts'
import { loadPerson } from '../../src/people/person-store.ts'
import { someMonday } from '../support/rows.ts'
import {
  after,
  bsuid,
  createPeopleWorld,
  customer,
  hour,
  minute,
  typedPhone,
  waId,
  type PeopleWorld,
} from './people-world.ts'

const changedAt = after(hour)

function notice(
  world: PeopleWorld,
  from: GivenIdentity[],
  to: GivenIdentity[],
  receivedAt = after(hour + minute),
) {
  return world.db.transaction((tx) =>
    moveIdentity(tx, { shopId: world.shopId, shopCountry: 'PT', from, to, at: changedAt, now: receivedAt }),
  )
}

const oldNumber = waId('351911111111')
const newNumber = waId('4915112345678')

test('a person with a new number stays the same person, at the place of the new number', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1'), customer(5)])
  await world.db.execute(`update people set consent = 'opted_out', consent_at = $1`, [someMonday])

  expect(await notice(world, [oldNumber], [newNumber])).toBe(person)

  expect(await world.identitiesOf(person)).toEqual(['wa_id +4915112345678', 'wc_customer 5'])
  expect(await loadPerson(world.db, person)).toMatchObject({
    consent: 'opted_out',
    country: 'DE',
    sendRegions: ['DE|Europe/Berlin'],
  })
})

test('the first message from the new number, with the user id made anew, is theirs and not a new subscriber’s', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  await notice(world, [oldNumber], [newNumber])
  expect(await world.meet([newNumber, bsuid('DE.2')], { at: after(2 * hour) })).toBe(person)
})

test('whoever gets the old number afterwards is somebody new', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  await notice(world, [oldNumber], [newNumber])
  expect(await world.meet([oldNumber, bsuid('PT.9')], { at: after(2 * hour) })).not.toBe(person)
})

test('a message from the new number that overtakes the notice leaves one person', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  const overtaker = await world.meet([newNumber, bsuid('DE.2')], { at: after(hour + 1000) })
  expect(overtaker).not.toBe(person)

  expect(await notice(world, [oldNumber], [newNumber])).toBe(person)

  expect(await loadPerson(world.db, overtaker)).toMatchObject({ rootId: person })
  expect(await world.identitiesOf(person)).toEqual(['bsuid DE.2', 'wa_id +4915112345678'])
})

test('whoever had the new number before has lost it, and is not merged', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  const formerOwner = await world.meet([newNumber, bsuid('DE.8')], { at: someMonday })

  expect(await notice(world, [oldNumber], [newNumber])).toBe(person)

  expect(await world.identitiesOf(person)).toEqual(['wa_id +4915112345678'])
  expect(await world.identitiesOf(formerOwner)).toEqual(['bsuid DE.8'])
})

test('who only typed the new number at the checkout is the same person', async () => {
  await using world = await createPeopleWorld()
  const buyer = await world.meet([customer(5), typedPhone('+4915112345678')])
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  expect(await notice(world, [oldNumber], [newNumber])).toBe(Math.min(buyer, person))
  expect(await loadPerson(world.db, person)).toMatchObject({ rootId: buyer })
})

test('a notice that comes twice changes nothing the second time', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber])
  await notice(world, [oldNumber], [newNumber])
  const before = await world.identitiesOf(person)
  expect(await notice(world, [oldNumber], [newNumber])).toBeUndefined()
  expect(await world.identitiesOf(person)).toEqual(before)
})

test('a new user id with its notice takes the place of the old one', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678'), bsuid('PT.1')])
  expect(await notice(world, [bsuid('PT.1')], [bsuid('PT.2')])).toBe(person)
  expect(await world.identitiesOf(person)).toEqual(['bsuid PT.2', 'wa_id +351912345678'])
  expect(await world.meet([waId('351912345678'), bsuid('PT.2')])).toBe(person)
})

test('a number and a user id that change in one notice both move', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  expect(await notice(world, [oldNumber], [newNumber, bsuid('DE.2')])).toBe(person)
  expect(await world.identitiesOf(person)).toEqual(['bsuid DE.2', 'wa_id +4915112345678'])
})

test('the notice of a new user id stands when that of the new number comes after it', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([oldNumber, bsuid('PT.1')])
  await notice(world, [bsuid('PT.1')], [bsuid('DE.2')])
  await notice(world, [oldNumber], [newNumber])
  expect(await world.identitiesOf(person)).toEqual(['bsuid DE.2', 'wa_id +4915112345678'])
})

test('a notice about somebody unknown makes nobody', async () => {
  await using world = await createPeopleWorld()
  expect(await notice(world, [oldNumber], [newNumber])).toBeUndefined()
  expect(await world.db.query('select id from people')).toEqual([])
})
