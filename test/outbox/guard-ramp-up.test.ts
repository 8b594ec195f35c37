import { expect, test } from 'vitest'
import { guardRampUp } from '../../src/outbox/guard-ramp-up.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import type { Guard } from '../../src/outbox/start-batch.ts'
import { returnRampUpOfUncalled } from '../../src/outbox/take-ramp-up.ts'
import { after, createOutboxWorld, enqueue, hour, load, type OutboxWorld } from './support/outbox-world.ts'
import { unpaced } from './support/unpaced.ts'

/** Holds the first two that it is asked about. */
const holdTwo: Guard = async (_, { ready }) =>
  new Map(
    ready
      .slice(0, 2)
      .map(({ row }) => [row.id, { kind: 'defer', until: after(hour), reason: 'budget_reached' }]),
  )

async function worldWithRampUp(next: Guard): Promise<OutboxWorld> {
  const world = await createOutboxWorld({ guards: [guardRampUp(next)] })
  await world.db.execute(
    `insert into shop_settings (shop_id, version, settings, created_at, created_by)
     values ($1, 1, '{"sending":{"templateRampUp":{"firstHour":5}}}', $2, 'test')`,
    [world.shopId, after(0)],
  )
  return world
}

const sentOf = async (world: OutboxWorld): Promise<unknown> => {
  const [row] = await world.db.query<{ rampSent: number }>(
    `select ramp_sent from templates where name = 'back_in_stock' and language = 'en'`,
  )
  return row?.rampSent
}

test('what another guard holds is not counted against the ramp-up, and what the ramp-up holds reaches no other', async () => {
  const asked: number[] = []
  await using world = await worldWithRampUp(async (tx, about) => {
    asked.push(about.ready.length)
    return holdTwo(tx, about)
  })
  const ids: number[] = []
  for (let nth = 0; nth < 7; nth++) ids.push(await enqueue(world, { purpose: 'campaign' }))
  await sendDue(world.deps)
  expect(asked).toEqual([5])
  expect(await sentOf(world)).toBe(3)
  const reasons = await Promise.all(ids.map(async (id) => (await load(world, id)).reason ?? 'sent'))
  expect(reasons.toSorted()).toEqual([
    'budget_reached',
    'budget_reached',
    'sent',
    'sent',
    'sent',
    'template_ramp_up',
    'template_ramp_up',
  ])
})

test('what was counted and could then not be called is counted no more, and again when it goes', async () => {
  await using world = await worldWithRampUp(async () => new Map())
  for (let nth = 0; nth < 4; nth++) await enqueue(world, { purpose: 'campaign' })
  let slots = 1
  const pace = {
    ...unpaced,
    take: async () => ({ next: async () => slots-- > 0, close: () => undefined }),
  }
  await sendDue({ ...world.deps, pace, onHandedBack: returnRampUpOfUncalled })
  expect(await sentOf(world)).toBe(1)
  await sendDue({ ...world.deps, onHandedBack: returnRampUpOfUncalled })
  expect(await sentOf(world)).toBe(4)
})

test('replies and templates past their ramp-up pass it by', async () => {
  await using world = await worldWithRampUp(async () => new Map())
  await world.db.execute(`update templates set ramp_started_at = $1`, [after(-1_000 * hour)])
  for (let nth = 0; nth < 7; nth++) await enqueue(world, { purpose: 'campaign' })
  await enqueue(world, { purpose: 'reply' })
  expect(await sendDue(world.deps)).toBe(8)
  expect(await world.db.query(`select distinct state from messages`)).toEqual([{ state: 'accepted' }])
  expect(await sentOf(world)).toBe(0)
})
