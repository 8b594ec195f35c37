import { describe, expect, test } from 'vitest'
import { sendDue } from '../../src/outbox/sender.ts'
import { settleStatuses, type DeliveryStatus } from '../../src/outbox/settle-statuses.ts'
import {
  addPerson,
  createOutboxWorld,
  enqueue,
  load,
  start,
  type OutboxWorld,
} from './support/outbox-world.ts'

const longAgo = new Date(start.getTime() - 30 * 86_400_000)
const hours = (count: number): Date => new Date(start.getTime() + count * 3_600_000)

/** Sends the person something and tells what became of it. Returns the message. */
async function send(
  world: OutboxWorld,
  personId: number,
  became: readonly ('delivered' | 'failed')[] = [],
  purpose: 'campaign' | 'reply' = 'campaign',
) {
  world.clock.set(new Date(world.clock.now().getTime() + 3_600_000))
  const id = await enqueue(world, { purpose, personId })
  await sendDue(world.deps)
  const { callbackId, wamid } = await load(world, id)
  for (const status of became) {
    const told: DeliveryStatus = {
      shopId: world.shopId,
      wamid: wamid ?? '',
      callbackData: callbackId,
      status,
      at: world.clock.now(),
      pricing: undefined,
      errors: status === 'failed' ? [{ code: 131026, title: '', details: undefined }] : [],
    }
    await world.db.transaction((tx) => settleStatuses(tx, world.deps, [told], world.clock.now()))
  }
  return load(world, id)
}

const outOfReach = { state: 'suppressed', reason: 'number_unreachable' }

describe('a number that WhatsApp cannot reach', () => {
  test('is tried three times, and then by no campaign any more; answers still go', async () => {
    await using world = await createOutboxWorld()
    const person = await addPerson(world, { lastInboundAt: longAgo })
    for (let nth = 1; nth <= 3; nth++)
      expect(await send(world, person, ['failed'])).toMatchObject({
        state: 'failed',
        reason: 'number_unreachable',
      })
    expect(await send(world, person)).toMatchObject(outOfReach)
    await world.db.execute(`update people set last_inbound_at = $1`, [world.clock.now()])
    expect(await send(world, person, [], 'reply')).toMatchObject({ state: 'accepted' })
  })

  test('is tried again once the person has written, and three times anew', async () => {
    await using world = await createOutboxWorld()
    const person = await addPerson(world, { lastInboundAt: longAgo })
    for (let nth = 1; nth <= 3; nth++) await send(world, person, ['failed'])
    expect(await send(world, person)).toMatchObject(outOfReach)
    await world.db.execute(`update people set last_inbound_at = $1`, [world.clock.now()])
    for (let nth = 1; nth <= 3; nth++)
      expect(await send(world, person, ['failed'])).toMatchObject({ state: 'failed' })
    expect(await send(world, person)).toMatchObject(outOfReach)
  })

  test('can be reached when something arrives in between, in whatever order its statuses come', async () => {
    await using world = await createOutboxWorld()
    const person = await addPerson(world, { lastInboundAt: longAgo })
    for (const became of [
      ['failed', 'delivered'],
      ['delivered', 'failed'],
    ] as const) {
      await send(world, person, ['failed'])
      await send(world, person, ['failed'])
      expect(await send(world, person, became)).toMatchObject({ state: 'delivered' })
    }
    expect(await send(world, person)).toMatchObject({ state: 'accepted' })
    expect(await world.db.query(`select refusals, refused_at from person_identities`)).toEqual([
      { refusals: 0, refusedAt: null },
    ])
  })

  test('is passed over for another of the person’s addresses', async () => {
    await using world = await createOutboxWorld()
    const person = await addPerson(world, {
      lastInboundAt: longAgo,
      identities: [
        { kind: 'wa_id', value: '+5511987654321', asGiven: '551187654321' },
        { kind: 'phone', value: '+351911111111' },
      ],
    })
    for (let nth = 1; nth <= 3; nth++)
      expect(await send(world, person, ['failed'])).toMatchObject({ sentTo: '+551187654321' })
    expect(await send(world, person)).toMatchObject({ state: 'accepted', sentTo: '+351911111111' })
  })

  test('counts each once, also where several messages fail at the same time', async () => {
    await using world = await createOutboxWorld()
    world.clock.set(hours(1))
    const [first, second] = [
      await addPerson(world, { lastInboundAt: longAgo }),
      await addPerson(world, { lastInboundAt: longAgo }),
    ]
    await send(world, first, ['failed'])
    await send(world, second, ['failed', 'failed'])
    expect(await world.db.query(`select refusals from person_identities order by id`)).toEqual([
      { refusals: 1 },
      { refusals: 1 },
    ])
  })
})
