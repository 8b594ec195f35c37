import { expect, test } from 'vitest'
import { createCloudApi } from '../../src/connectors/meta/cloud-api.ts'
import { createHttpClient } from '../../src/platform/http-client.ts'
import {
  codeOf,
  createWorld,
  templateBody,
  templateMessage,
  withTemplate,
  type World,
} from './sandbox-world.ts'

const hourMs = 3_600_000
const templatesOf = (world: World): string => `${world.sandbox.credentials.whatsapp.wabaId}/message_templates`

/** The code of the refusal, or what the answer was. */
async function create(world: World, name: string): Promise<number> {
  const answer = await world.graph('POST', templatesOf(world), templateBody({ name }))
  return codeOf(answer) ?? answer.status
}

async function list(world: World): Promise<number> {
  const answer = await world.graph('GET', templatesOf(world))
  return codeOf(answer) ?? answer.status
}

test('an account makes so many templates in any hour, and no more', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setSettings({ templateCreationsPerHour: 2 })
  expect(await create(world, 'one')).toBe(200)
  world.clock.advance(hourMs / 2)
  expect(await create(world, 'two')).toBe(200)
  expect([await create(world, 'three'), await create(world, 'three')]).toEqual([80008, 80008])
  // What is not taken anyway is told for what it is.
  expect(await create(world, 'Three')).toBe(100)
  expect(await list(world)).toBe(200)
  world.clock.advance(hourMs / 2 - 1)
  expect(await create(world, 'three')).toBe(80008)
  world.clock.advance(1)
  expect([await create(world, 'three'), await create(world, 'four')]).toEqual([200, 80008])
})

test('an account takes so many calls in any hour, and says when it goes on; sends are not among them', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { wabaId, phoneNumberId, accessToken } = world.sandbox.credentials.whatsapp
  world.clock.advance(hourMs)
  world.sandbox.whatsapp.setSettings({ managementCallsPerHour: 3 })
  const [{ id } = { id: '' }] = world.sandbox.whatsapp.templates()
  for (const path of [id, phoneNumberId]) expect((await world.graph('GET', path)).status).toBe(200)
  world.clock.advance(hourMs / 2)
  expect(await list(world)).toBe(200)
  const refused = await world.graph('GET', `${wabaId}/phone_numbers`)
  expect(codeOf(refused)).toBe(80007)
  expect(JSON.parse(refused.headers.get('x-business-use-case-usage') ?? '')).toMatchObject({
    [wabaId]: [{ type: 'whatsapp', estimated_time_to_regain_access: 30 }],
  })
  expect(codeOf(await world.graph('POST', `${id}/unpause`))).toBe(80007)
  expect((await world.send(templateMessage(world.person().phone))).status).toBe(200)
  const http = createHttpClient({ baseURL: world.sandbox.graphUrl, timeoutMs: 5_000 })
  const api = createCloudApi({ http, accessToken, version: 'v25.0' })
  expect(await api.listTemplates(wabaId)).toMatchObject({ code: 80007, waitSeconds: 30 * 60 })
  http.close()
  world.clock.advance(hourMs / 2)
  expect([await list(world), await list(world), await list(world)]).toEqual([200, 200, 80007])
})

test('unless it is told otherwise the account takes the 5,000 calls of one with a number', async () => {
  await using world = await createWorld()
  expect(world.sandbox.whatsapp.settings()).toMatchObject({
    managementCallsPerHour: 5_000,
    templateCreationsPerHour: null,
  })
})

test.each([
  ['management', [4, 200]],
  ['all', [4, 4]],
  ['sends', [200, 4]],
  [undefined, [200, 4]],
] as const)('what is refused on demand can be calls of kind %s', async (calls, [listed, sent]) => {
  await using world = await createWorld()
  await withTemplate(world)
  const { phone } = world.person()
  world.sandbox.whatsapp.setFaults({ refuse: { code: 4, ...(calls === undefined ? {} : { calls }) } })
  expect(await list(world)).toBe(listed)
  const answer = await world.send(templateMessage(phone))
  expect(codeOf(answer) ?? answer.status).toBe(sent)
})

test('a refusal of calls about the account is counted down by them alone', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { phone } = world.person()
  world.sandbox.whatsapp.setFaults({ refuse: { code: 80007, times: 1, calls: 'management' } })
  expect((await world.send(templateMessage(phone))).status).toBe(200)
  expect([await list(world), await list(world)]).toEqual([80007, 200])
  world.sandbox.whatsapp.setFaults({ refuse: { code: 80007, times: 1, calls: 'all', to: phone } })
  expect(await list(world)).toBe(200)
  expect(codeOf(await world.send(templateMessage(phone)))).toBe(80007)
})
