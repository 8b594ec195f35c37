import { expect, test } from 'vitest'
import { call, createWorld, statusesOf, templateMessage, withTemplate, type World } from './sandbox-world.ts'

const names = (world: World) => statusesOf(world).map(({ status }) => status)

async function messagesUrl(world: World): Promise<{ url: string; headers: Record<string, string> }> {
  const { graphUrl, credentials } = world.sandbox
  return {
    url: `${graphUrl}/v25.0/${credentials.whatsapp.phoneNumberId}/messages`,
    headers: { authorization: `Bearer ${credentials.whatsapp.accessToken}` },
  }
}

test('late answers are late beside each other, and statuses come after their answer', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setFaults({ answerDelayMs: 300 })
  const people = Array.from({ length: 20 }, () => world.person())
  const startedAt = performance.now()
  const seen = await Promise.all(
    people.map(async ({ phone }) => {
      await world.send(templateMessage(phone))
      return [performance.now() - startedAt, statusesOf(world).length]
    }),
  )
  // One after the other they would take six seconds.
  expect(Math.min(...seen.map(([ms]) => ms ?? 0))).toBeGreaterThanOrEqual(299)
  expect(Math.max(...seen.map(([ms]) => ms ?? 0))).toBeLessThan(4_000)
  await world.sandbox.settle()
  expect(statusesOf(world)).toHaveLength(60)
})

test('an answer that never comes, and one without a body, still send the message', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { url, headers } = await messagesUrl(world)
  world.sandbox.whatsapp.setFaults({ hangAnswers: 1, emptyAnswers: 1 })
  const body = { messaging_product: 'whatsapp', ...templateMessage(world.person().phone) }
  const empty = await call(url, 'POST', headers, body)
  expect([empty.status, empty.body]).toEqual([502, undefined])
  const post = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(300) }
  await expect(fetch(url, post)).rejects.toThrow()
  expect((await call(url, 'POST', headers, body)).status).toBe(200)
  await world.sandbox.settle()
  expect(names(world).filter((name) => name === 'sent')).toHaveLength(3)
})

test('while Meta is unavailable nothing is taken', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { url, headers } = await messagesUrl(world)
  world.sandbox.whatsapp.setFaults({ unavailable: 1 })
  const body = { messaging_product: 'whatsapp', ...templateMessage(world.person().phone) }
  const gone = await call(url, 'POST', headers, body)
  expect([gone.status, gone.body]).toEqual([503, undefined])
  expect(world.sandbox.whatsapp.messages()).toEqual([])
  expect((await call(url, 'POST', headers, body)).status).toBe(200)
})

test('a share of the statuses is lost, and no message of a person', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setFaults({ dropStatusShareBps: 5_000 })
  const people = Array.from({ length: 40 }, () => world.person())
  for (const { id, phone } of people) {
    world.sandbox.whatsapp.writes(id, 'hello')
    await world.send(templateMessage(phone))
  }
  await world.sandbox.settle()
  const arrived = statusesOf(world).length
  expect(arrived).toBeGreaterThan(30)
  expect(arrived).toBeLessThan(90)
  expect(world.receiver.changes().filter(({ value }) => value.messages !== undefined)).toHaveLength(40)
  expect(world.sandbox.whatsapp.inbox(people[0]!.id)[1]?.statuses).toHaveLength(3)
})

test('statuses spread over time keep their order', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setSettings({ statusDelayMs: 20 })
  await world.send(templateMessage(world.person().phone))
  expect(names(world).length).toBeLessThan(3)
  await world.sandbox.settle()
  expect(names(world)).toEqual(['sent', 'delivered', 'read'])
})
