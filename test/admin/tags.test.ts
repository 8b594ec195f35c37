import { expect, test } from 'vitest'
import { createWorld } from '../support/world.ts'
import { callApi } from './api-call.ts'

test('tags are replaced as a whole, in lower case, and the change is on the record', async () => {
  await using world = await createWorld()
  await world.person('Rui')
  const [rui] = await world.db.query<{ id: number }>('select id from people')
  const path = `/v1/people/${rui?.id ?? 0}/tags`
  const put = (tags: string[]) => callApi(world, 'PUT', path, { tags })
  expect(await put(['VIP', ' vip ', 'Wholesale'])).toMatchObject({
    status: 200,
    body: { tags: ['vip', 'wholesale'] },
  })
  expect((await put(['friend'])).body).toMatchObject({ tags: ['friend'] })
  expect((await callApi(world, 'GET', `/v1/people/${rui?.id ?? 0}`)).body).toMatchObject({
    tags: ['friend'],
    consentSource: 'keyword',
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
  await using world = await createWorld()
  await world.person('Rui')
  await world.person('Ruy')
  const ids = (await world.db.query<{ id: number }>('select id from people order by id')).map((row) => row.id)
  const [root, merged] = ids
  await world.db.execute(`update people set root_id = $1, tags = '{old}', merged_into = nullif($1, id)`, [root])
  await callApi(world, 'PUT', `/v1/people/${merged ?? 0}/tags`, { tags: ['new'] })
  expect(await world.db.query('select tags from people order by id')).toEqual([
    { tags: ['new'] },
    { tags: [] },
  ])
})

test('tags of nobody, and tags that are none, are refused', async () => {
  await using world = await createWorld()
  await world.person('Rui')
  expect((await callApi(world, 'PUT', '/v1/people/999999/tags', { tags: ['vip'] })).status).toBe(404)
  const [rui] = await world.db.query<{ id: number }>('select id from people')
  const path = `/v1/people/${rui?.id ?? 0}/tags`
  for (const tags of [[''], ['x'.repeat(51)], ['a\0b'], 'vip', [7]])
    expect((await callApi(world, 'PUT', path, { tags })).status).toBe(400)
  expect(await world.db.query('select tags from people')).toEqual([{ tags: [] }])
})
