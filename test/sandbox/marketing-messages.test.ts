import { expect, test } from 'vitest'
import {
  codeOf,
  createWorld,
  sendMarketing,
  statusesOf,
  templateMessage,
  wamidOf,
  withTemplate,
} from './sandbox-world.ts'

test('the endpoint for marketing takes a marketing template, and says so in the price', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const message = templateMessage(world.person().phone)
  const answer = await sendMarketing(world, {
    ...message,
    product_policy: 'STRICT',
    message_activity_sharing: true,
  })
  expect(answer.body.messages).toEqual([{ id: wamidOf(answer), message_status: 'accepted' }])
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status, pricing }) => [status, pricing?.category])).toEqual([
    ['sent', 'marketing_lite'],
    ['delivered', 'marketing_lite'],
    ['read', undefined],
  ])
})

test('the endpoint for marketing takes nothing else', async () => {
  await using world = await createWorld()
  await withTemplate(world, { category: 'UTILITY' })
  const { phone, id } = world.person()
  world.sandbox.whatsapp.writes(id, 'hello')
  expect(codeOf(await sendMarketing(world, templateMessage(phone)))).toBe(134100)
  const text = await sendMarketing(world, { to: phone, type: 'text', text: { body: 'hi' } })
  expect([codeOf(text), text.body.error.error_data.details]).toEqual([
    100,
    'Message must be a template message.',
  ])
})

test.each([
  ['an unknown policy', { product_policy: 'WHATEVER' }],
  ['sharing that is neither yes nor no', { message_activity_sharing: 'yes' }],
])('%s is a bad parameter', async (_what, change) => {
  await using world = await createWorld()
  await withTemplate(world)
  const answer = await sendMarketing(world, { ...templateMessage(world.person().phone), ...change })
  expect(codeOf(answer)).toBe(100)
})

test('a template is known to the endpoint for marketing some minutes after its approval', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setSettings({ templateSyncMinutes: 10 })
  await withTemplate(world)
  const { phone } = world.person()
  expect(codeOf(await sendMarketing(world, templateMessage(phone)))).toBe(134101)
  expect((await world.send(templateMessage(phone))).status).toBe(200)
  world.clock.advance(10 * 60_000)
  expect((await sendMarketing(world, templateMessage(phone))).status).toBe(200)
})

test('an account may have only one of the two ways for marketing, and other templates go by the usual one', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  await withTemplate(world, { name: 'order_sent', category: 'UTILITY' })
  const { phone } = world.person()
  world.sandbox.whatsapp.setSettings({ marketingOnMessages: false })
  expect(codeOf(await world.send(templateMessage(phone)))).toBe(131063)
  expect((await world.send(templateMessage(phone, { name: 'order_sent' }))).status).toBe(200)
  expect((await sendMarketing(world, templateMessage(phone))).status).toBe(200)
  world.sandbox.whatsapp.setSettings({ marketingOnMessages: true, marketingMessagesApi: false })
  expect(codeOf(await sendMarketing(world, templateMessage(phone)))).toBe(134102)
})

test('a user id takes marketing by either way, but no authentication', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  await withTemplate(world, { name: 'your_code', category: 'AUTHENTICATION' })
  const { bsuid, phone } = world.person()
  const toUserId = (name: string) => ({
    ...templateMessage('', { name }),
    to: undefined,
    recipient: bsuid,
  })
  expect((await world.send(toUserId('back_in_stock'))).status).toBe(200)
  expect((await sendMarketing(world, toUserId('back_in_stock'))).status).toBe(200)
  expect(codeOf(await world.send(toUserId('your_code')))).toBe(131062)
  expect((await world.send(templateMessage(phone, { name: 'your_code' }))).status).toBe(200)
})
