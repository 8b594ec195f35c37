import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardSending, returnSpendOfUnsent } from '../../src/app-guards.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { settleStatuses, type DeliveryStatus } from '../../src/outbox/settle-statuses.ts'
import { createOutboxWorld, enqueue, load, start, type OutboxWorld } from './support/outbox-world.ts'

type Told = Pick<DeliveryStatus, 'status' | 'pricing' | 'errors'> & { after: number }

const told = (status: Told['status'], over: Partial<Told> = {}): Told => ({
  status,
  after: 1,
  pricing: undefined,
  errors: [],
  ...over,
})
const free = { type: 'free_entry_point', category: 'marketing' }
const regular = { type: 'regular', category: 'marketing' }
const failed = (code: number): Told => told('failed', { errors: [{ code, title: '', details: undefined }] })

const createWorld = (): Promise<OutboxWorld> =>
  createOutboxWorld({ guards: [guardSending], onChanged: (tx, changes) => returnSpendOfUnsent(tx, changes) })

async function send(world: OutboxWorld): Promise<number> {
  const id = await enqueue(world, {
    purpose: 'campaign',
    expiresAt: new Date(start.getTime() + 72 * 3_600_000),
  })
  await sendDue(world.deps)
  return id
}

/** Tells of a message in portions of this size. */
async function tell(world: OutboxWorld, id: number, statuses: readonly Told[], size = 1): Promise<void> {
  const { callbackId, wamid } = await load(world, id)
  for (let from = 0; from < statuses.length; from += size) {
    const some = statuses.slice(from, from + size).map(({ after, ...status }) => ({
      ...status,
      shopId: world.shopId,
      wamid: wamid!,
      callbackData: callbackId,
      at: new Date(start.getTime() + after * 1000),
    }))
    await world.db.transaction((tx) => settleStatuses(tx, world.deps, some, start))
  }
}

async function setAside(world: OutboxWorld): Promise<{ day: number; ofMessages: number }> {
  const [row] = await world.db.query<{ day: number; ofMessages: number }>(
    `select coalesce((select sum(micros) from spend_days where campaign_id = 0), 0)::int as day,
       coalesce((select sum(reserved_micros) from messages), 0)::int as of_messages`,
  )
  return row!
}

const nothing = { day: 0, ofMessages: 0 }

describe('what is set aside for a message', () => {
  test('is given back when Meta calls it free only after it has arrived', async () => {
    await using world = await createWorld()
    const id = await send(world)
    expect((await setAside(world)).day).toBeGreaterThan(0)
    await tell(world, id, [told('delivered'), told('read', { pricing: free })])
    expect(await setAside(world)).toEqual(nothing)
  })

  test('is given back when it fails, and set aside once more when it arrives all the same', async () => {
    await using world = await createWorld()
    const id = await send(world)
    const before = await setAside(world)
    await tell(world, id, [failed(131026)])
    expect(await setAside(world)).toEqual(nothing)
    await tell(world, id, [told('delivered')])
    expect(await setAside(world)).toEqual(before)
    await tell(world, id, [told('read'), told('delivered')])
    expect(await setAside(world)).toEqual(before)
  })

  test('is set aside on the day on which the message began, whenever it arrives', async () => {
    await using world = await createWorld()
    const id = await send(world)
    await tell(world, id, [failed(131026)])
    world.clock.set(new Date(start.getTime() + 48 * 3_600_000))
    await tell(world, id, [told('delivered')])
    expect(
      await world.db.query(`select to_char(day, 'YYYY-MM-DD') as day from spend_days where micros > 0`),
    ).toEqual([{ day: '2026-03-02' }])
  })

  test('is the same in the end in whatever order, how often and in what portions statuses come', async () => {
    await using world = await createWorld()
    const plain = fc.record({
      status: fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const),
      after: fc.nat(50),
      pricing: fc.constantFrom(undefined, regular, free),
      errors: fc.constant([]),
    })
    const failure = fc.constantFrom(131026, 131049, 130429).map(failed)
    const story = fc
      .array(fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: failure }), {
        minLength: 1,
        maxLength: 5,
      })
      .chain((statuses: Told[]) =>
        fc.tuple(
          fc.constant(statuses),
          fc.array(fc.constantFrom(...statuses), { maxLength: 3 }).chain((doubled) => {
            const all = [...statuses, ...doubled]
            return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
          }),
          fc.integer({ min: 1, max: 3 }),
        ),
      )
    const spendOf = async (statuses: readonly Told[], size: number): Promise<object> => {
      await world.db.execute(
        `update messages set state = 'expired', reserved_micros = null where state <> 'expired'`,
      )
      await world.db.execute(`delete from spend_days`)
      const id = await send(world)
      await tell(world, id, statuses, size)
      return setAside(world)
    }
    await fc.assert(
      fc.asyncProperty(story, async ([inOrder, shuffled, portion]) => {
        const spend = await spendOf(inOrder, inOrder.length)
        expect(await spendOf(shuffled, portion)).toEqual(spend)
        expect(await spendOf(shuffled.toReversed(), 1)).toEqual(spend)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
