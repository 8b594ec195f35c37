import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFifo } from '../../src/sandbox/fifo.ts'
import { createSeenKeys } from '../../src/sandbox/graph/seen-keys.ts'
import {
  createWorld,
  statusesOf,
  templateMessage,
  withTemplate,
  type Answer,
  type World,
} from './sandbox-world.ts'

const sendTo = (world: World, to: string, id: string): Promise<Answer> =>
  world.send({ ...templateMessage(to), biz_opaque_callback_data: id })

test('numbers that nobody was given are people where that is set, by number and by user id, and leave no row', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setSettings({ unknownPeople: 'arrive' })
  const answer = await sendTo(world, '+351934000001', 'a')
  expect(answer.body.contacts).toEqual([{ input: '+351934000001', wa_id: '351934000001' }])
  await world.sandbox.settle()
  const [sent, ...others] = statusesOf(world)
  expect(sent).toMatchObject({ recipient_id: '351934000001', recipient_user_id: 'PT.351934000001' })
  expect(others.map(({ status }) => status)).toEqual(['delivered', 'read'])
  expect(world.sandbox.whatsapp.people()).toEqual([])
  world.sandbox.whatsapp.setSettings({ unknownPeopleRead: false })
  const byUserId = await world.send({
    ...templateMessage(''),
    to: undefined,
    recipient: 'PT.351934000001',
  })
  expect(byUserId.status).toBe(200)
  expect(world.sandbox.whatsapp.inbox('+351934000001').map(({ statuses }) => statuses.length)).toEqual([3, 2])
})

test('who was a number only becomes somebody by writing', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setSettings({ unknownPeople: 'arrive' })
  world.sandbox.whatsapp.writes('+351934000001', 'hello')
  expect(world.sandbox.whatsapp.people()).toMatchObject([{ waId: '351934000001' }])
  expect((await world.send({ to: '+351934000001', type: 'text', text: { body: 'hi' } })).status).toBe(200)
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status }) => status)).toEqual(['sent', 'delivered', 'read'])
})

test('a number that moves to somebody else reaches that person only', async () => {
  await using world = await createWorld()
  const { whatsapp } = world.sandbox
  const [one, other] = [world.person(), world.person()]
  whatsapp.changesNumber(one.id, '+351936000000')
  expect(whatsapp.person('+351936000000').id).toBe(one.id)
  expect(() => whatsapp.person(one.phone)).toThrow()
  expect(() => whatsapp.person(one.bsuid)).toThrow()
  whatsapp.changesNumber(other.id, one.phone)
  expect(whatsapp.person(one.phone).id).toBe(other.id)
  whatsapp.changePerson(one.id, { readsAtOnce: false })
  expect(whatsapp.person(one.phone).id).toBe(other.id)
})

test('deliveries go out beside each other up to what is set, each status in one of them', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.setSettings({ webhookConcurrency: 4, batchWaitMs: 30 })
  whatsapp.setFaults({ batchSize: 5 })
  await Promise.all(Array.from({ length: 20 }, (_, at) => sendTo(world, world.person().phone, `m${at}`)))
  await world.sandbox.settle()
  const seen = statusesOf(world).map(({ id, status }) => `${id} ${status}`)
  expect([seen.length, new Set(seen).size]).toEqual([60, 60])
  expect(world.receiver.received.length).toBeLessThan(20)
  expect(whatsapp.waitingWebhooks()).toEqual([])
})

test('sends are counted: refusals by code, what was sent twice, the worst second, and deliveries', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const { whatsapp } = world.sandbox
  whatsapp.forgetTraffic()
  const [one, other] = [world.person(), world.person()]
  await sendTo(world, one.phone, 'm1')
  await sendTo(world, other.phone, 'm2')
  await sendTo(world, one.phone, 'm1')
  whatsapp.setFaults({ refuse: { code: 131000, times: 1 } })
  await sendTo(world, one.phone, 'm3')
  await world.sandbox.settle()
  expect(whatsapp.traffic()).toMatchObject({
    arrived: 4,
    accepted: 3,
    refused: { 131000: 1 },
    callbackIdsTwice: { count: 1, examples: ['m1'] },
    templatesTwice: { count: 1, examples: [`${one.waId} back_in_stock`] },
    webhooks: { acknowledged: 10, failed: 0, waiting: 0 },
  })
  expect(whatsapp.traffic().worstSecond).toBeLessThanOrEqual(4)
  expect(whatsapp.traffic().worstSecond).toBeGreaterThan(0)
})

test('only so many messages are kept as are set, the newest of them', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  world.sandbox.whatsapp.setSettings({ keepMessages: 3 })
  for (let at = 0; at < 5; at++) await sendTo(world, world.person().phone, `m${at}`)
  expect(world.sandbox.whatsapp.messages().map(({ callbackData }) => callbackData)).toEqual([
    'm2',
    'm3',
    'm4',
  ])
})

describe('what carries the load', () => {
  test('a queue gives things back as an array would', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ push: fc.nat() }),
        fc.constant({ push: undefined, at: 0 }),
        fc.record({ push: fc.constant(undefined), at: fc.nat(5) }),
      ),
      { maxLength: 4_000, size: 'max' },
    )
    fc.assert(
      fc.property(steps, (taken) => {
        const fifo = createFifo<number>()
        const list: number[] = []
        for (const step of taken) {
          if (step.push !== undefined) {
            fifo.push(step.push)
            list.push(step.push)
          } else if ('at' in step) expect(fifo.takeAt(step.at)).toBe(list.splice(step.at, 1)[0])
          expect([fifo.length, fifo.first()]).toEqual([list.length, list[0]])
        }
      }),
      { numRuns: 20 },
    )
  })

  test('a hundred thousand keys are each new once', () => {
    const seen = createSeenKeys()
    const keys = Array.from({ length: 100_000 }, (_, at) => `message-${at}`)
    expect(keys.filter((key) => seen.add(key))).toEqual([])
    expect(keys.filter((key) => !seen.add(key))).toEqual([])
  })
})
