import { expect, test } from 'vitest'
import { pauseMarketing, resumeMarketing, setConsent } from '../../src/people/consent.ts'
import { loadPerson } from '../../src/people/person-store.ts'
import { after, bsuid, createPeopleWorld, hour, waId, type PeopleWorld } from './people-world.ts'

const deps = { onOptOut: async () => undefined }

const say = (
  world: PeopleWorld,
  personId: number,
  to: 'opted_in' | 'opted_out',
  { how, at }: { how: string; at: Date },
): Promise<unknown> =>
  world.db.transaction((tx) => setConsent(tx, deps, { shopId: world.shopId, personId, to, how, now: at }))

const sourceOf = async (world: PeopleWorld, personId: number): Promise<string | null> =>
  (await loadPerson(world.db, personId)).consentSource

test('how somebody agreed is kept with them, and saying it again or a pause does not change it', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  expect(await sourceOf(world, person)).toBeNull()
  await say(world, person, 'opted_in', { how: 'button', at: after(hour) })
  await say(world, person, 'opted_in', { how: 'api', at: after(2 * hour) })
  const about = { shopId: world.shopId, personId: person, now: after(3 * hour) }
  await world.db.transaction((tx) =>
    pauseMarketing(tx, deps, { ...about, wording: 'enough', language: 'en' }),
  )
  await world.db.transaction((tx) => resumeMarketing(tx, about))
  expect(await sourceOf(world, person)).toBe('button')
  await say(world, person, 'opted_out', { how: 'keyword', at: after(4 * hour) })
  expect(await sourceOf(world, person)).toBe('keyword')
})

test('of people who turn out to be one, the way of whoever’s consent holds stays', async () => {
  await using world = await createPeopleWorld()
  const older = await world.meet([waId('351912345678')])
  const newer = await world.meet([bsuid('PT.1')])
  await say(world, older, 'opted_in', { how: 'import', at: after(hour) })
  await say(world, newer, 'opted_in', { how: 'button', at: after(2 * hour) })
  expect(await world.meet([waId('351912345678'), bsuid('PT.1')], { at: after(3 * hour) })).toBe(older)
  expect(await loadPerson(world.db, older)).toMatchObject({ consent: 'opted_in', consentSource: 'button' })
})
