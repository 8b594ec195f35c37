import { expect, test } from 'vitest'
import { throughputOf } from '../../src/sandbox/graph/whatsapp-settings.ts'
import {
  call,
  codeOf,
  createWorld,
  statusesOf,
  templateMessage,
  withTemplate,
  type World,
} from './sandbox-world.ts'

const numberFields = 'throughput,is_on_biz_app,whatsapp_business_manager_messaging_limit'

async function numberOf(world: World): Promise<unknown> {
  const { phoneNumberId } = world.sandbox.credentials.whatsapp
  return (await world.graph('GET', `${phoneNumberId}?fields=${numberFields}`)).body
}

const outcomes = (world: World) => statusesOf(world).map(({ status, errors }) => errors?.[0]?.code ?? status)

test('beyond the portfolio’s limit nobody new is reached within 24 hours', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.changeMessagingLimit(2)
  const [one, two, three, open] = Array.from({ length: 4 }, () => world.person({ readsAtOnce: false }))
  world.sandbox.whatsapp.writes(open!.id, 'hello')
  const send = async (person: typeof one): Promise<unknown> => {
    await world.sandbox.settle()
    world.receiver.received.length = 0
    expect((await world.send(templateMessage(person!.phone))).status).toBe(200)
    await world.sandbox.settle()
    return outcomes(world)[0]
  }
  expect(await send(one)).toBe('sent')
  world.clock.advance(3_600_000)
  expect(await send(two)).toBe('sent')
  expect(await send(three)).toBe(131048)
  expect(await send(one)).toBe('sent')
  expect(await send(open)).toBe('sent')
  // The place of `one` was taken anew an hour after its first message, like that of `two`.
  world.clock.advance(24 * 3_600_000 - 1)
  expect(await send(three)).toBe(131048)
  world.clock.advance(1)
  expect(await send(three)).toBe('sent')
})

test.each([
  [250, 'TIER_250'],
  [2_000, 'TIER_2K'],
  [null, 'TIER_UNLIMITED'],
])('a limit of %s is shown and told as %s', async (limit, tier) => {
  await using world = await createWorld()
  expect(await numberOf(world)).toMatchObject({ whatsapp_business_manager_messaging_limit: 'TIER_100K' })
  world.sandbox.whatsapp.changeMessagingLimit(limit)
  expect(await numberOf(world)).toMatchObject({ whatsapp_business_manager_messaging_limit: tier })
  await world.sandbox.settle()
  expect(world.receiver.changes()).toMatchObject([
    { field: 'business_capability_update', value: { max_daily_conversations_per_business: tier } },
  ])
})

test('an upgrade of the number takes a minute, in which nothing can be sent', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { phone } = world.person()
  expect(await numberOf(world)).toMatchObject({ throughput: { level: 'STANDARD' }, is_on_biz_app: false })
  world.sandbox.whatsapp.upgradeThroughput()
  await world.sandbox.settle()
  expect(world.receiver.changes()).toMatchObject([
    { field: 'phone_number_quality_update', value: { event: 'THROUGHPUT_UPGRADE' } },
  ])
  expect(codeOf(await world.send(templateMessage(phone)))).toBe(131057)
  expect(await numberOf(world)).toMatchObject({ throughput: { level: 'HIGH' } })
  world.clock.advance(60_000)
  expect((await world.send(templateMessage(phone))).status).toBe(200)
})

test('a number that is also used in the app says so, and takes 20 a second', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setSettings({ isOnBizApp: true })
  expect(await numberOf(world)).toMatchObject({ is_on_biz_app: true })
  expect(throughputOf(world.sandbox.whatsapp.settings())).toBe(20)
  world.sandbox.whatsapp.setSettings({ throughputPerSecond: 5 })
  expect(throughputOf(world.sandbox.whatsapp.settings())).toBe(5)
})

test('a token that expires is refused everywhere until it is renewed', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  const { wabaId } = world.sandbox.credentials.whatsapp
  whatsapp.expireToken()
  const refused = await world.send(templateMessage(world.person().phone))
  expect([refused.status, codeOf(refused), refused.body.error.error_subcode]).toEqual([401, 190, 463])
  expect(codeOf(await world.graph('GET', `${wabaId}/message_templates`))).toBe(190)
  whatsapp.renewToken()
  expect((await world.graph('GET', wabaId)).status).toBe(200)
  whatsapp.renewToken('another-token')
  expect(codeOf(await world.graph('GET', wabaId))).toBe(190)
  const renewed = await call(`${world.sandbox.graphUrl}/v25.0/${wabaId}`, 'GET', {
    authorization: 'Bearer another-token',
  })
  expect(renewed.status).toBe(200)
})

test('any other news of the account comes with its time', async () => {
  await using world = await createWorld()
  const value = {
    event: 'ACCOUNT_RESTRICTION',
    restriction_info: [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING' }],
  }
  world.sandbox.whatsapp.sendsField('account_update', value)
  await world.sandbox.settle()
  expect(world.receiver.meta()[0]?.entry).toMatchObject([
    { time: 1_772_442_000, changes: [{ field: 'account_update', value }] },
  ])
})
