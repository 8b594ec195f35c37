import { expect, test } from 'vitest'
import { parseWhatsAppDelivery } from '../../src/connectors/meta/parse-webhook.ts'
import type { MetaUpdate } from '../../src/connectors/meta/webhook-types.ts'
import { createWorld, start, templateBody, templateMessage, type World } from './sandbox-world.ts'

/** What the hub's own reader makes of everything that came in. */
async function updatesOf(world: World): Promise<MetaUpdate[]> {
  await world.sandbox.settle()
  return world.receiver.received.flatMap(({ body }) => {
    const parsed = parseWhatsAppDelivery(Buffer.from(body), start)
    if (parsed.kind === 'broken') throw new Error(parsed.reason)
    return parsed.updates
  })
}

test('people write, ask about a product and send a cart', async () => {
  await using world = await createWorld()
  const { whatsapp, credentials } = world.sandbox
  const person = world.person({ name: 'João Antunes' })
  const id = whatsapp.writes(person.id, 'olá')
  whatsapp.asksAbout(person.phone, 'COF-SIDAMA', 'há?')
  whatsapp.orders(person.bsuid, [{ retailerId: 'CUP-BICA', quantity: 2, price: 12 }])
  whatsapp.sends(person.waId, 'image', { id: '1', mime_type: 'image/jpeg', sha256: 'x', caption: 'this one' })
  expect(await updatesOf(world)).toMatchObject([
    {
      kind: 'message',
      id,
      type: 'text',
      from: person.waId,
      fromUserId: person.bsuid,
      profileName: 'João Antunes',
      text: 'olá',
    },
    {
      kind: 'message',
      text: 'há?',
      referredProduct: { catalogId: credentials.whatsapp.catalogId, retailerId: 'COF-SIDAMA' },
    },
    { kind: 'message', type: 'order', order: { items: [{ retailerId: 'CUP-BICA', quantity: 2 }] } },
    { kind: 'message', type: 'image', text: 'this one' },
  ])
})

test('a tap answers with the payload of the template’s button, or with its label where none was sent', async () => {
  await using world = await createWorld()
  const { whatsapp, credentials } = world.sandbox
  await world.graph('POST', `${credentials.whatsapp.wabaId}/message_templates`, templateBody())
  const person = world.person()
  const withPayload = await world.send(templateMessage(person.phone))
  const sent = templateMessage(person.phone) as { template: { components: unknown[] } }
  sent.template.components.pop()
  const without = await world.send(sent)
  await world.sandbox.settle()
  world.receiver.received.length = 0
  whatsapp.taps(person.id, withPayload.body.messages[0].id as string, 'No more of this')
  whatsapp.taps(person.id, without.body.messages[0].id as string, 'No more of this')
  expect(await updatesOf(world)).toMatchObject([
    {
      kind: 'message',
      type: 'button',
      buttonId: 'STOP_IT',
      text: 'No more of this',
      contextId: withPayload.body.messages[0].id,
    },
    { kind: 'message', type: 'button', buttonId: 'No more of this' },
  ])
})

test('taps on reply buttons and rows carry their ids', async () => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  const body = { text: 'Which?' }
  const buttons = [{ type: 'reply', reply: { id: 'yes', title: 'Yes, please' } }]
  const one = await world.send({
    to: person.phone,
    type: 'interactive',
    interactive: { type: 'button', body, action: { buttons } },
  })
  const sections = [{ rows: [{ id: 'size-m', title: 'M' }] }]
  const other = await world.send({
    to: person.phone,
    type: 'interactive',
    interactive: { type: 'list', body, action: { button: 'Sizes', sections } },
  })
  await world.sandbox.settle()
  world.receiver.received.length = 0
  world.sandbox.whatsapp.taps(person.id, one.body.messages[0].id as string, 'Yes, please')
  world.sandbox.whatsapp.taps(person.id, other.body.messages[0].id as string, 'size-m')
  expect(await updatesOf(world)).toMatchObject([
    { buttonId: 'yes', text: 'Yes, please' },
    { buttonId: 'size-m', text: 'M' },
  ])
  expect(() => world.sandbox.whatsapp.taps(person.id, one.body.messages[0].id as string, 'Never')).toThrow(
    'no button',
  )
})

test('a new number comes with a system message from the old one and a new user id', async () => {
  await using world = await createWorld()
  const before = world.person()
  const after = world.sandbox.whatsapp.changesNumber(before.id, '+351936000000')
  expect(await updatesOf(world)).toMatchObject([
    {
      kind: 'message',
      type: 'system',
      from: before.waId,
      system: { type: 'user_changed_number', newWaId: '351936000000' },
    },
    {
      kind: 'user_id_update',
      waId: '351936000000',
      previousUserId: before.bsuid,
      currentUserId: after.bsuid,
    },
  ])
  expect(after.bsuid).not.toBe(before.bsuid)
})

test('the switch in WhatsApp stops marketing and lets it through again', async () => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.prefersMarketing(person.id, 'stop')
  expect(world.sandbox.whatsapp.person(person.id).stoppedMarketing).toBe(true)
  world.sandbox.whatsapp.prefersMarketing(person.id, 'resume')
  expect(world.sandbox.whatsapp.person(person.id).stoppedMarketing).toBe(false)
  expect(await updatesOf(world)).toMatchObject([
    {
      kind: 'user_preference',
      waId: person.waId,
      userId: person.bsuid,
      category: 'marketing_messages',
      value: 'stop',
    },
    { kind: 'user_preference', value: 'resume' },
  ])
})

test('whoever has a username writes without a number', async () => {
  await using world = await createWorld()
  const person = world.person({ username: 'rui' })
  world.sandbox.whatsapp.writes(person.id, 'hello')
  const [message] = await updatesOf(world)
  expect(message).toMatchObject({ kind: 'message', from: undefined, fromUserId: person.bsuid })
  expect(world.receiver.received[0]?.body).not.toContain(person.waId)
})

test('an error of no message is reported by itself', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.reportsError(130429, 'Rate limit hit')
  expect(await updatesOf(world)).toMatchObject([{ kind: 'value_error', errors: [{ code: 130429 }] }])
})
