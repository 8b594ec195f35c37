import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { isSignedBy } from '../../src/connectors/meta/signature.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { createWorld, silent, start, startReceiver, type World } from './sandbox-world.ts'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })))

const textsOf = (world: World): string[] =>
  world.receiver.changes().flatMap(({ value }) => (value.messages ?? []).map(({ text }) => text.body))

function writeTexts(world: World, count: number): string[] {
  const person = world.person()
  const texts = Array.from({ length: count }, (_, at) => `text ${at}`)
  for (const text of texts) world.sandbox.whatsapp.writes(person.id, text)
  return texts
}

test('a webhook is signed over its bytes, which spell é and / as escapes', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.writes(world.person({ name: 'Inês' }).id, 'olá 😀 a/b')
  await world.sandbox.settle()
  const [{ headers, body }] = world.receiver.received as [World['receiver']['received'][number]]
  expect(body).toContain(String.raw`ol\u00e1 \ud83d\ude00 a\/b`)
  expect(body).toMatch(/^[\x20-\x7e]+$/)
  const { appSecret } = world.sandbox.credentials.whatsapp
  const signature = headers['x-hub-signature-256']
  expect(signature).toBe(`sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`)
  expect(isSignedBy(appSecret, Buffer.from(body), signature)).toBe(true)
  // Whoever parses and writes it again signs other bytes.
  expect(isSignedBy(appSecret, Buffer.from(JSON.stringify(JSON.parse(body))), signature)).toBe(false)
})

test('what is not answered 200 comes again until it is, the rest not held up by it', async () => {
  await using world = await createWorld()
  world.receiver.answers.push(503, 204, 500)
  writeTexts(world, 2)
  await world.sandbox.settle()
  expect(textsOf(world).filter((text) => text === 'text 0').length).toBeGreaterThan(1)
  expect(new Set(textsOf(world))).toEqual(new Set(['text 0', 'text 1']))
  expect(world.receiver.received).toHaveLength(5)
  expect(world.sandbox.whatsapp.waitingWebhooks()).toEqual([])
})

test('a webhook that is refused too often waits until it is let go', async () => {
  await using world = await createWorld({ options: { maxWebhookAttempts: 2 } })
  world.receiver.answers.push(500, 500)
  writeTexts(world, 1)
  await world.sandbox.settle()
  expect(world.sandbox.whatsapp.waitingWebhooks()).toHaveLength(1)
  world.sandbox.whatsapp.release()
  await world.sandbox.settle()
  expect(textsOf(world)).toEqual(['text 0', 'text 0', 'text 0'])
  expect(world.sandbox.whatsapp.waitingWebhooks()).toEqual([])
})

test('webhooks are doubled, shuffled and put together on demand, and none is missing', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setFaults({ hold: true, extraCopies: 1, shuffle: true, batchSize: 3 })
  const texts = writeTexts(world, 12)
  await world.sandbox.settle()
  expect(world.receiver.received).toEqual([])
  world.sandbox.whatsapp.setFaults({ hold: false })
  await world.sandbox.settle()
  const seen = textsOf(world)
  expect([...seen].sort()).toEqual([...texts, ...texts].sort())
  expect(seen.slice(0, 12)).not.toEqual(texts)
  expect(world.receiver.received).toHaveLength(8)
})

test('webhooks are lost on demand', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setFaults({ loseUpdates: 2 })
  writeTexts(world, 3)
  await world.sandbox.settle()
  expect(textsOf(world)).toEqual(['text 2'])
})

test('what the hub has not acknowledged is delivered after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  folders.push(folder)
  const options = {
    port: 0,
    dataDir: folder,
    random: createSeededRandom(1),
    log: silent,
    seed: 'empty' as const,
  }
  const first = await startSandbox({ ...options, clock: createStandingClock(start) })
  const { id } = first.whatsapp.addPerson({ name: 'Rita', phone: '+351912000000', country: 'PT' })
  first.whatsapp.writes(id, 'is anybody there?')
  await first.stop()

  await using receiver = await startReceiver()
  const second = await startSandbox({ ...options, clock: createStandingClock(start), hubUrl: receiver.url })
  await second.settle()
  expect(receiver.meta()).toHaveLength(1)
  expect(receiver.changes()[0]?.value.messages?.[0]?.text.body).toBe('is anybody there?')
  expect(second.credentials).toEqual(first.credentials)
  expect(second.whatsapp.inbox(id)).toHaveLength(1)
  await second.stop()
  expect(second.whatsapp.waitingWebhooks()).toEqual([])
})

test('the address of the webhook is verified with the token and a challenge', async () => {
  await using world = await createWorld()
  expect(await world.sandbox.verifySubscription()).toEqual({ isVerified: false, status: 200 })
  expect(world.receiver.received[0]?.path).toMatch(
    /\?hub\.mode=subscribe&hub\.challenge=\d+&hub\.verify_token=.+/,
  )
})
