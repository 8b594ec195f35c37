import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import {
  call,
  createWorld,
  statusesOf,
  templateComponents,
  templateMessage,
  withTemplate,
  type World,
} from './sandbox-world.ts'

const png = Buffer.from('89504e470d0a1a0a', 'hex')

async function upload(world: World, form: FormData): Promise<{ status: number; id: string }> {
  const { graphUrl, credentials } = world.sandbox
  const answer = await fetch(`${graphUrl}/v25.0/${credentials.whatsapp.phoneNumberId}/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credentials.whatsapp.accessToken}` },
    body: form,
  })
  const { id } = (await answer.json()) as { id: string }
  return { status: answer.status, id }
}

function formOf(bytes: Buffer, type: string): FormData {
  const form = new FormData()
  form.set('messaging_product', 'whatsapp')
  form.set('type', type)
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), 'a.bin')
  return form
}

const outcomes = (world: World) => statusesOf(world).map(({ status, errors }) => errors?.[0]?.code ?? status)

async function sendTo(world: World, message: Record<string, unknown>): Promise<void> {
  const person = world.person({ readsAtOnce: false })
  world.sandbox.whatsapp.writes(person.id, 'hello')
  expect((await world.send({ to: person.phone, ...message })).status).toBe(200)
  await world.sandbox.settle()
}

test('what was uploaded is described, and shown by its id', async () => {
  await using world = await createWorld()
  const { id } = await upload(world, formOf(png, 'image/png'))
  expect((await world.graph('GET', id)).body).toMatchObject({ id, mime_type: 'image/png', file_size: 8 })
  await sendTo(world, { type: 'image', image: { id } })
  expect(outcomes(world)).toEqual(['sent', 'delivered'])
})

test('the bytes arrive as they were, line breaks and dashes included', async () => {
  await using world = await createWorld()
  const bytes = Buffer.from('\r\n--\r\n\r\n%PDF\r\n')
  const { id } = await upload(world, formOf(bytes, 'application/pdf'))
  expect((await world.graph('GET', id)).body.file_size).toBe(bytes.length)
})

test.each([
  ['of a kind that WhatsApp does not show', formOf(png, 'model/gltf-binary')],
  ['that is empty', formOf(Buffer.alloc(0), 'image/png')],
])('a file %s is not taken', async (_what, form) => {
  await using world = await createWorld()
  expect((await upload(world, form)).status).toBe(400)
})

test('an upload without a file, or not in a form, is refused', async () => {
  await using world = await createWorld()
  const empty = new FormData()
  empty.set('messaging_product', 'whatsapp')
  expect((await upload(world, empty)).status).toBe(400)
  const { whatsapp } = world.sandbox.credentials
  expect((await world.graph('POST', `${whatsapp.phoneNumberId}/media`, {})).body.error.code).toBe(100)
})

test('an id that is not known, or is of another kind, fails after it was accepted', async () => {
  await using world = await createWorld()
  const { id } = await upload(world, formOf(png, 'image/png'))
  await sendTo(world, { type: 'image', image: { id: '404' } })
  await sendTo(world, { type: 'video', video: { id } })
  expect(outcomes(world)).toEqual([131053, 131053])
})

test('a picture of the shop is shown, and one that answers 404 fails, in a message and in the header of a template', async () => {
  await using world = await createWorld({ seed: 'shop' })
  await withTemplate(world)
  const [product] = world.sandbox.shop.products()
  const good = `${world.sandbox.storeUrl}${product?.image ?? ''}`
  expect((await fetch(good)).status).toBe(200)
  const bad = `${world.sandbox.storeUrl}/no-such-picture.png`
  await sendTo(world, { type: 'image', image: { link: good } })
  await sendTo(world, { type: 'image', image: { link: bad } })
  const inTemplate = (link: string) => {
    const components = templateComponents()
    components[0]!.parameters = [{ type: 'image', image: { link } }]
    return { type: 'template', template: { ...(templateMessage('').template as object), components } }
  }
  await sendTo(world, inTemplate(good))
  await sendTo(world, inTemplate(bad))
  expect(outcomes(world)).toEqual(['sent', 'delivered', 131053, 'sent', 'delivered', 131053])
})

test('a link is asked for once in ten minutes, and never on a server of somebody else', async () => {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end('jpeg')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.jpg`
  await using world = await createWorld()
  await sendTo(world, { type: 'image', image: { link } })
  await sendTo(world, { type: 'image', image: { link } })
  expect(asked).toBe(1)
  world.clock.advance(10 * 60_000)
  await sendTo(world, { type: 'image', image: { link } })
  expect(asked).toBe(2)
  await sendTo(world, { type: 'image', image: { link: 'https://shop.invalid/a.jpg' } })
  expect(outcomes(world)).toEqual(Array.from({ length: 4 }, () => ['sent', 'delivered']).flat())
  server.closeAllConnections()
  server.close()
})

test('a file of this machine that is no picture fails as one', async () => {
  await using world = await createWorld()
  await sendTo(world, { type: 'image', image: { link: `${world.sandbox.url}/control` } })
  expect((await call(`${world.sandbox.url}/control`, 'GET', {})).status).toBe(200)
  expect(outcomes(world)).toEqual([131053])
})
