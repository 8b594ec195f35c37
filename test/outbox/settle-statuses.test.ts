import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sendDue } from '../../src/outbox/sender.ts'
import { settleStatuses, type DeliveryStatus } from '../../src/outbox/settle-statuses.ts'
import {
  connectShop,
  createOutboxWorld,
  enqueue,
  hour,
  load,
  start,
  type OutboxWorld,
} from './support/outbox-world.ts'

const second = 1000
const at = (seconds: number): Date => new Date(start.getTime() + seconds * second)
const regular = { type: 'regular', category: 'marketing' }

type Told = Partial<DeliveryStatus> & Pick<DeliveryStatus, 'status'>

async function settle(world: OutboxWorld, statuses: readonly Told[]): Promise<string[]> {
  const whole = statuses.map((status) => ({
    shopId: world.shopId,
    wamid: 'wamid.1',
    callbackData: undefined,
    at: start,
    pricing: undefined,
    errors: [],
    ...status,
  }))
  return world.db.transaction((tx) => settleStatuses(tx, world.deps, whole, world.clock.now()))
}

async function send(
  world: OutboxWorld,
  order: Parameters<typeof enqueue>[1] = { purpose: 'campaign' },
): Promise<number> {
  const id = await enqueue(world, order)
  await sendDue(world.deps)
  world.changes.length = 0
  return id
}

const failed = (code: number, seconds = 5): Told => ({
  status: 'failed',
  at: at(seconds),
  errors: [{ code, title: 'title', details: 'details' }],
})

describe('a status', () => {
  test('finds its message by Meta’s id or by ours, and says when it finds none', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    const { callbackId } = await load(world, id)
    expect(
      await settle(world, [
        { status: 'sent', at: at(1) },
        { status: 'delivered', at: at(2), wamid: 'another', callbackData: callbackId },
        { status: 'read', wamid: 'wamid.unheard', callbackData: 'nobody' },
        { status: 'other' },
        { status: 'read', wamid: 'with\0zero', callbackData: '\0' },
      ]),
    ).toEqual(['applied', 'applied', 'unknown_message', 'unknown_status', 'unknown_message'])
    expect(await load(world, id)).toMatchObject({
      state: 'delivered',
      wamid: 'wamid.1',
      sentAt: at(1),
      deliveredAt: at(2),
    })
    expect(world.changes).toMatchObject([{ messageId: id, state: 'delivered' }])
  })

  test('of one shop never moves a message of another', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    const { callbackId } = await load(world, id)
    const other = await world.db.transaction((tx) => connectShop(tx, 'other'))
    const outcomes = await settle(world, [{ status: 'read', shopId: other.shopId, callbackData: callbackId }])
    expect(outcomes).toEqual(['unknown_message'])
    expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  })

  test('that repeats what is known tells nobody anything', async () => {
    await using world = await createOutboxWorld()
    await send(world)
    await settle(world, [{ status: 'delivered', at: at(2) }])
    await settle(world, [
      { status: 'delivered', at: at(2) },
      { status: 'sent', at: at(1) },
    ])
    expect(world.changes.map(({ state }) => state)).toEqual(['delivered'])
  })

  test('"played" is a voice message that was read', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    await settle(world, [{ status: 'played', at: at(9) }])
    expect(await load(world, id)).toMatchObject({ state: 'read', readAt: at(9) })
  })

  test('"failed" after "delivered" changes nothing that counts', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    await settle(world, [{ status: 'delivered', at: at(2) }])
    await settle(world, [failed(131026)])
    expect(await load(world, id)).toMatchObject({
      state: 'delivered',
      reason: null,
      failedAt: at(5),
      countedAt: start,
    })
  })

  test('"failed" takes the message out of the caps; a later "delivered" brings it back', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    await settle(world, [failed(131026)])
    expect(await load(world, id)).toMatchObject({
      state: 'failed',
      reason: 'number_unreachable',
      countedAt: null,
    })
    await settle(world, [{ status: 'delivered', at: at(6) }])
    expect(await load(world, id)).toMatchObject({ state: 'delivered', reason: null, countedAt: start })
  })

  test('"failed" without a readable code is final', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    await settle(world, [{ status: 'failed', errors: [] }])
    expect(await load(world, id)).toMatchObject({ state: 'failed', reason: 'refused' })
  })

  test('"failed" because the person stopped marketing is told once, however often it comes', async () => {
    await using world = await createOutboxWorld()
    await send(world)
    await settle(world, [failed(131050), failed(131050)])
    await settle(world, [failed(131050)])
    expect(world.metaStops).toHaveLength(1)
  })

  test('about one message keeps its price; what was charged wins over what was free', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    const free = { type: 'free_entry_point', category: 'referral_conversion' }
    await settle(world, [
      { status: 'sent', pricing: regular },
      { status: 'delivered' },
      { status: 'read', pricing: free },
    ])
    expect(await load(world, id)).toMatchObject({ pricingType: 'regular', pricingCategory: 'marketing' })
  })

  test('that names a message’s id for another message breaks neither', async () => {
    await using world = await createOutboxWorld()
    const first = await send(world)
    world.graph.answer = () => 'cut'
    const second = await send(world)
    const { callbackId } = await load(world, second)
    expect(await settle(world, [{ status: 'sent', wamid: 'wamid.1', callbackData: callbackId }])).toEqual([
      'applied',
    ])
    expect(await load(world, second)).toMatchObject({ state: 'sent', wamid: null })
    expect(await load(world, first)).toMatchObject({ state: 'accepted', wamid: 'wamid.1' })
  })
})

describe('a message that failed after it was accepted', () => {
  test('is tried again when that is worth it, with an id that late statuses of the first do not know', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world, { purpose: 'campaign', expiresAt: at(72 * 3600) })
    const first = await load(world, id)
    await settle(world, [failed(131049)])
    await settle(world, [failed(131049)])
    const waiting = await load(world, id)
    expect(waiting).toMatchObject({
      state: 'waiting',
      reason: 'marketing_limited',
      attempt: 2,
      countedAt: waiting.dueAt,
    })
    expect(world.changes.map(({ state }) => state)).toEqual(['waiting'])
    world.clock.advance(25 * hour)
    await sendDue(world.deps)
    const again = await load(world, id)
    expect(again).toMatchObject({ state: 'accepted', wamid: 'wamid.2', failedAt: null })
    expect(again.callbackId).not.toBe(first.callbackId)
    expect(await settle(world, [{ ...failed(131049), callbackData: first.callbackId }])).toEqual([
      'unknown_message',
    ])
    expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  })

  test('is not tried again once a person’s opt-out has ended it', async () => {
    await using world = await createOutboxWorld()
    const id = await send(world)
    await settle(world, [failed(131049)])
    await world.db.execute(
      `update messages set state = 'suppressed', reason = 'opted_out', counted_at = null`,
    )
    await settle(world, [failed(131049)])
    expect(await load(world, id)).toMatchObject({ state: 'suppressed', reason: 'opted_out' })
  })
})

test('statuses in any order, doubled and in any portions leave the same message', async () => {
  await using world = await createOutboxWorld()
  const name = fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'played' as const)
  const plain = fc.record({
    status: name,
    at: fc.nat(50).map(at),
    pricing: fc.constantFrom(undefined, regular, { type: 'free_entry_point', category: 'x' }),
  })
  const failure = fc
    .tuple(fc.constantFrom(131026, 131049, 130429, 131050, 999), fc.nat(50))
    .map(([code, when]) => failed(code, when))
  const story = fc
    .array(fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: failure }), {
      minLength: 1,
      maxLength: 6,
    })
    .chain((statuses: Told[]) =>
      fc.tuple(
        fc.constant(statuses),
        fc.array(fc.constantFrom(...statuses), { maxLength: 4 }).chain((doubled) => {
          const all = [...statuses, ...doubled]
          return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
        }),
        fc.integer({ min: 1, max: 4 }),
      ),
    )
  await fc.assert(
    fc.asyncProperty(story, async ([inOrder, shuffled, portion]) => {
      const tell = async (statuses: readonly Told[], size: number): Promise<object> => {
        await world.db.execute(`update messages set state = 'expired' where state = 'waiting'`)
        const id = await send(world, { purpose: 'campaign', expiresAt: at(72 * 3600) })
        const { wamid, callbackId } = await load(world, id)
        for (let from = 0; from < statuses.length; from += size) {
          const some = statuses.slice(from, from + size)
          await settle(
            world,
            some.map((status, nth) => ({
              ...status,
              ...(nth % 2 ? { wamid: wamid! } : { wamid: wamid!, callbackData: callbackId }),
            })),
          )
        }
        const {
          state,
          reason,
          attempt,
          sentAt,
          deliveredAt,
          readAt,
          failedAt,
          errorCode,
          countedAt,
          pricingType,
          dueAt,
        } = await load(world, id)
        const isWaiting = state === 'waiting'
        // A retry is spread by the message's id; what must agree is the second.
        const due = isWaiting ? Math.floor((dueAt.getTime() - ((id * 7919) % 1000)) / 1000) : null
        return {
          state,
          reason,
          attempt,
          sentAt,
          deliveredAt,
          readAt,
          failedAt,
          errorCode,
          isCounted: countedAt !== null,
          pricingType,
          due,
        }
      }
      expect(await tell(shuffled, portion)).toEqual(await tell(inOrder, inOrder.length))
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('two sets of statuses about the same messages at the same time lose nothing', async () => {
  await using world = await createOutboxWorld()
  const ids: number[] = []
  for (let nth = 0; nth < 20; nth++) ids.push(await enqueue(world, { purpose: 'campaign' }))
  await sendDue(world.deps)
  const wamids = await Promise.all(ids.map(async (id) => (await load(world, id)).wamid!))
  const tell = (status: 'sent' | 'delivered' | 'read', order: string[]): Promise<string[]> =>
    settle(
      world,
      order.map((wamid) => ({ status, wamid, at: at(3) })),
    )
  await Promise.all([tell('read', wamids), tell('sent', wamids.toReversed()), tell('delivered', wamids)])
  expect(await world.db.query(`select distinct state, sent_at, delivered_at, read_at from messages`)).toEqual(
    [{ state: 'read', sentAt: at(3), deliveredAt: at(3), readAt: at(3) }],
  )
})
