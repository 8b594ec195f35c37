import { expect, test } from 'vitest'
import { insertPerson } from '../support/rows.ts'
import { createAdminWorld, type AdminWorld } from './admin-world.ts'

const addPerson = (world: AdminWorld) => insertPerson(world.db, world.shop.id, world.clock.now())

test('tags are replaced as a whole, in lower case, and the change is on the record', async () => {
  await using world = await createAdminWorld()
  const rui = await addPerson(world)
  const path = `/v1/people/${rui}/tags`
  const put = (tags: string[]) => world.call('PUT', path, { tags })
  expect(await put(['VIP', ' vip ', 'Wholesale'])).toMatchObject({
    status: 200,
    body: { tags: ['vip', 'wholesale'] },
  })
  expect((await put(['friend'])).body).toMatchObject({ tags: ['friend'] })
  expect((await world.call('GET', `/v1/people/${rui}`)).body).toMatchObject({
    tags: ['friend'],
  })
  const audit = await world.db.query(
    `select action, actor, before, after from audit_log where action = 'person.tags' order by id`,
  )
  expect(audit).toEqual([
    { action: 'person.tags', actor: 'api', before: [], after: ['vip', 'wholesale'] },
    { action: 'person.tags', actor: 'api', before: ['vip', 'wholesale'], after: ['friend'] },
  ])
})

test('tags of records that are one person are one set', async () => {
  await using world = await createAdminWorld()
  const root = await addPerson(world)
  const merged = await addPerson(world)
  await world.db.execute(`update people set root_id = $1, tags = '{old}', merged_into = nullif($1, id)`, [
    root,
  ])
  await world.call('PUT', `/v1/people/${merged}/tags`, { tags: ['new'] })
  expect(await world.db.query('select tags from people order by id')).toEqual([
    { tags: ['new'] },
    { tags: [] },
  ])
})

test('tags of nobody, and tags that are none, are refused', async () => {
  await using world = await createAdminWorld()
  const rui = await addPerson(world)
  expect((await world.call('PUT', '/v1/people/999999/tags', { tags: ['vip'] })).status).toBe(404)
  const path = `/v1/people/${rui}/tags`
  for (const tags of [[''], ['x'.repeat(51)], ['a\0b'], 'vip', [7]])
    expect((await world.call('PUT', path, { tags })).status).toBe(400)
  expect(await world.db.query('select tags from people')).toEqual([{ tags: [] }])
})
