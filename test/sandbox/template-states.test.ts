import { expect, test } from 'vitest'
import {
  codeOf,
  createWorld,
  statusesOf,
  templateMessage,
  wamidOf,
  withTemplate,
  type World,
} from './sandbox-world.ts'

const of = ['back_in_stock', 'en'] as const

/** Field and value of what was told of templates. */
function told(world: World): Record<string, unknown>[] {
  return world.receiver
    .changes()
    .filter(({ field }) => field !== 'messages')
    .map(({ field, value }) => ({ field, ...value }))
}

const outcomes = (world: World) => statusesOf(world).map(({ status, errors }) => errors?.[0]?.code ?? status)

test('messages of a template that Meta still watches are held, and go out when it is released', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.holdTemplate(...of)
  const person = world.person()
  const answer = await world.send(templateMessage(person.phone))
  expect(answer.body.messages).toEqual([
    { id: wamidOf(answer), message_status: 'held_for_quality_assessment' },
  ])
  await world.sandbox.settle()
  expect(outcomes(world)).toEqual([])
  whatsapp.releaseTemplate(...of)
  await world.sandbox.settle()
  expect(outcomes(world)).toEqual(['sent', 'delivered', 'read'])
  const next = await world.send(templateMessage(person.phone))
  expect(next.body.messages[0].message_status).toBe('accepted')
})

test('what is held is judged by how people are when it is released', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.holdTemplate(...of)
  const person = world.person()
  await world.send(templateMessage(person.phone))
  whatsapp.prefersMarketing(person.id, 'stop')
  whatsapp.releaseTemplate(...of)
  await world.sandbox.settle()
  expect(outcomes(world)).toEqual([131050])
})

test('a template that was not liked is paused, and what was held fails; unpaused it goes again', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.holdTemplate(...of)
  const { phone } = world.person()
  await world.send(templateMessage(phone))
  await world.send(templateMessage(world.person().phone))
  const { id } = whatsapp.dropTemplate(...of)
  await world.sandbox.settle()
  expect(outcomes(world)).toEqual([132015, 132015])
  expect(told(world)).toMatchObject([
    {
      field: 'message_template_status_update',
      event: 'PAUSED',
      message_template_id: Number(id),
      other_info: { title: 'RATE_LIMITING_PAUSE' },
    },
    {
      field: 'message_template_quality_update',
      previous_quality_score: 'UNKNOWN',
      new_quality_score: 'RED',
    },
  ])
  expect(codeOf(await world.send(templateMessage(phone)))).toBe(132015)
  world.receiver.received.length = 0
  expect((await world.graph('POST', `${id}/unpause`)).body).toEqual({ success: true })
  expect(codeOf(await world.graph('POST', `${id}/unpause`))).toBe(100)
  await world.sandbox.settle()
  expect(told(world)).toMatchObject([{ event: 'APPROVED', other_info: { title: 'UNPAUSE' } }])
  expect((await world.send(templateMessage(phone))).body.messages[0].message_status).toBe('accepted')
})

test.each([1, 2])('pause %i for its quality ends by itself: nobody unpauses it', async (pauses) => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.dropTemplate(...of)
  for (let nth = 0; nth < pauses; nth++) {
    whatsapp.setTemplateStatus(...of, 'APPROVED')
    whatsapp.setTemplateStatus(...of, 'PAUSED')
  }
  const [template] = whatsapp.templates()
  const answer = await world.graph('POST', `${template?.id ?? ''}/unpause`)
  expect(answer.body).toEqual({ success: false, reason: expect.stringContaining('ends by itself') })
  expect(codeOf(await world.send(templateMessage(world.person().phone)))).toBe(132015)
})

test('the first pause, the second and the end are told apart', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  for (const status of ['PAUSED', 'APPROVED', 'PAUSED', 'DISABLED'])
    world.sandbox.whatsapp.setTemplateStatus(...of, status)
  await world.sandbox.settle()
  expect(told(world).map(({ other_info }) => (other_info as { title: string }).title)).toEqual([
    'FIRST_PAUSE',
    'UNPAUSE',
    'SECOND_PAUSE',
    'DISABLED',
  ])
})

test('another category is told, and is the price of what is sent from then on', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setTemplateCategory(...of, 'UTILITY')
  await world.send(templateMessage(world.person().phone))
  await world.sandbox.settle()
  expect(told(world)).toMatchObject([
    {
      field: 'template_category_update',
      message_template_name: 'back_in_stock',
      message_template_language: 'en',
      previous_category: 'MARKETING',
      new_category: 'UTILITY',
    },
  ])
  expect(statusesOf(world)[0]?.pricing?.category).toBe('utility')
})
