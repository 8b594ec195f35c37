import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { saveSending } from './support/save-settings.ts'
import { createFailureWorld, type FailureWorld } from './support/failure-world.ts'
import { templateContent } from './support/outbox-world.ts'
import type { Content } from '../../src/outbox/message.ts'

let world: FailureWorld
let pictures: Pictures
beforeAll(async () => {
  world = await createFailureWorld()
  pictures = await servePictures()
}, 60_000)
afterAll(async () => {
  await pictures.close()
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await world.reset()
  world.sandbox.whatsapp.setSettings({
    marketingOnMessages: true,
    marketingMessagesApi: true,
    templateSyncMinutes: 0,
  })
  await saveSending(world, { marketingMessagesApi: false })
})

interface Pictures {
  url: string
  close(): Promise<unknown>
}

/** A shop's web server: one picture, a film and a size chart are there, everything else is not. */
async function servePictures(): Promise<Pictures> {
  const types: Readonly<Record<string, string>> = {
    '/shirt.png': 'image/png',
    '/shirt.mp4': 'video/mp4',
    '/sizes.pdf': 'application/pdf',
  }
  const server = createServer((request, response) => {
    const type = types[request.url ?? '']
    response
      .writeHead(type === undefined ? 404 : 200, { 'content-type': type ?? 'text/html', 'content-length': 1 })
      .end('x')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => new Promise((resolve) => server.close(resolve)) }
}

async function send(content: Content): Promise<Awaited<ReturnType<FailureWorld['message']>>> {
  const id = await world.enqueue(await world.person(), content)
  await world.settle()
  return world.message(id)
}

const withPicture = (path: string): Content => ({
  ...templateContent,
  languages: ['en'],
  headerImageUrl: `${pictures.url}${path}`,
})

describe('media', () => {
  test('of a link that answers are sent, as message and as header', async () => {
    expect(await send(withPicture('/shirt.png'))).toMatchObject({ state: 'delivered' })
    for (const [media, path] of [
      ['image', '/shirt.png'],
      ['video', '/shirt.mp4'],
      ['document', '/sizes.pdf'],
    ] as const) {
      const source = { link: `${pictures.url}${path}` }
      expect(await send({ kind: 'media', media, source, caption: 'Look' })).toMatchObject({
        state: 'delivered',
      })
    }
  })

  test('that were uploaded are sent by their id', async () => {
    const api = await world.app.connections.cloudApiOf(world.shop.id)
    const file = { name: 'sizes.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }
    const uploaded = await api.uploadMedia(world.sandbox.credentials.whatsapp.phoneNumberId, file)
    if (uploaded.kind !== 'uploaded') throw new Error(uploaded.kind)
    const source = { id: uploaded.mediaId }
    expect(await send({ kind: 'media', media: 'document', source, fileName: 'Sizes.pdf' })).toMatchObject({
      state: 'delivered',
    })
  })

  test('of a link that answers 404 fail later; the message is tried once more, says why, and holds up nobody', async () => {
    const person = await world.person()
    const id = await world.enqueue(person, withPicture('/gone.png'))
    const next = await world.enqueue(await world.person(), withPicture('/shirt.png'))
    await world.settle()
    expect(await world.message(id)).toMatchObject({
      state: 'waiting',
      reason: 'media_unavailable',
      attempt: 2,
    })
    expect(await world.message(next)).toMatchObject({ state: 'delivered' })
    world.clock.advance(61_000)
    await world.settle()
    expect(await world.message(id)).toMatchObject({
      state: 'failed',
      reason: 'media_unavailable',
      errorCode: 131053,
      attempt: 2,
    })
  })

  test.each([
    ['without an address on the web', { media: 'image', source: { link: 'shirt.png' } }],
    [
      'with words under it that are too long',
      { media: 'image', source: { id: '1' }, caption: 'x'.repeat(1_025) },
    ],
  ] as const)('%s are not sent at all', async (_, media) => {
    expect(await send({ kind: 'media', ...media })).toMatchObject({
      state: 'suppressed',
      reason: 'parameters_invalid',
      attempt: 1,
    })
  })
})

describe('the Marketing Messages endpoint', () => {
  const template: Content = { ...templateContent, languages: ['en'] }
  const text: Content = { kind: 'text', body: 'Hello' }

  test('takes the marketing templates of a shop that has chosen it, and nothing else', async () => {
    expect(await send(template)).toMatchObject({ state: 'delivered', endpoint: null })
    await saveSending(world, { marketingMessagesApi: true })
    expect(await send(template)).toMatchObject({ state: 'delivered', endpoint: 'marketing_messages' })
    expect(await send(text)).toMatchObject({ state: 'delivered', endpoint: null })
  })

  test('is the only one an account may have: the merchant is told to switch it on', async () => {
    world.sandbox.whatsapp.setSettings({ marketingOnMessages: false })
    expect(await send(template)).toMatchObject({
      state: 'failed',
      reason: 'marketing_endpoint_required',
      errorCode: 131063,
    })
    await saveSending(world, { marketingMessagesApi: true })
    expect(await send(template)).toMatchObject({ state: 'delivered' })
  })

  test('may not be offered: the merchant is told to switch it off', async () => {
    world.sandbox.whatsapp.setSettings({ marketingMessagesApi: false })
    await saveSending(world, { marketingMessagesApi: true })
    expect(await send(template)).toMatchObject({
      state: 'failed',
      reason: 'marketing_endpoint_unavailable',
      errorCode: 134102,
    })
  })

  test.each([134101, 131009])(
    'that still reads a template (%i) is asked again after ten minutes',
    async (code) => {
      await saveSending(world, { marketingMessagesApi: true })
      world.sandbox.whatsapp.setFaults({ refuse: { code, times: 1 } })
      const id = await world.enqueue(await world.person(), template)
      await world.settle()
      const waiting = await world.message(id)
      expect(waiting).toMatchObject({ state: 'waiting', reason: 'template_syncing', errorCode: code })
      expect(waiting.dueAt.getTime() - world.clock.now().getTime()).toBeGreaterThanOrEqual(600_000)
      world.clock.advance(601_000)
      await world.settle()
      expect(await world.message(id)).toMatchObject({ state: 'delivered', attempt: 2 })
    },
  )
})
