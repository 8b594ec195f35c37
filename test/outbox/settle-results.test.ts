import { expect, test } from 'vitest'
import type { SendResult } from '../../src/connectors/meta/cloud-api.ts'
import { recoverSends } from '../../src/outbox/recover-sends.ts'
import { resolveUncertain } from '../../src/outbox/resolve-uncertain.ts'
import { settleResults } from '../../src/outbox/settle-results.ts'
import { startBatch } from '../../src/outbox/start-batch.ts'
import {
  connectShop,
  createOutboxWorld,
  enqueue,
  load,
  minute,
  start,
  type MessageRow,
  type OutboxWorld,
} from './support/outbox-world.ts'

const accepted: SendResult = {
  kind: 'accepted',
  wamid: 'wamid.9',
  waId: undefined,
  userId: undefined,
  messageStatus: undefined,
}
const refused: SendResult = { kind: 'refused', code: 131026, details: 'not on WhatsApp' }
const unknown: SendResult = { kind: 'unknown', reason: 'timed out' }

/** A message whose request is under way. */
async function begin(world: OutboxWorld, purpose: 'campaign' | 'reply'): Promise<number> {
  const id = await enqueue(world, { purpose })
  await startBatch(world.deps, world.phoneNumberId, { now: world.clock.now(), leaseSeconds: 0 })
  return id
}

const settle = async (world: OutboxWorld, id: number, result: SendResult, attempt = 1): Promise<void> => {
  const { callbackId } = await load(world, id)
  const made = { id, shopId: world.shopId, attempt, callbackId, result, at: world.clock.now() }
  await settleResults(world.deps, [made], world.clock.now())
}

test.each([accepted, refused, unknown])(
  'an answer that is written down twice ($kind) changes nothing more',
  async (result) => {
    await using world = await createOutboxWorld()
    const id = await begin(world, 'campaign')
    await settle(world, id, result)
    const once = await load(world, id)
    world.clock.advance(minute)
    await settle(world, id, result)
    expect(await load(world, id)).toEqual(once)
    expect(world.changes).toHaveLength(1)
  },
)

test('an answer that comes after the sender was taken for dead still settles the message', async () => {
  await using world = await createOutboxWorld()
  const [late, unanswered] = [await begin(world, 'campaign'), await begin(world, 'campaign')]
  await recoverSends(world.deps)
  world.clock.advance(15 * minute)
  await settle(world, unanswered, refused)
  await resolveUncertain(world.deps)
  expect(await load(world, late)).toMatchObject({ state: 'outcome_unknown', countedAt: start })
  await settle(world, late, accepted)
  expect(await load(world, late)).toMatchObject({ state: 'accepted', wamid: 'wamid.9', countedAt: start })
  expect(await load(world, unanswered)).toMatchObject({
    state: 'failed',
    reason: 'number_unreachable',
    countedAt: null,
  })
})

test('an answer to the first attempt of a reply says nothing about the second, except that it arrived', async () => {
  await using world = await createOutboxWorld()
  const id = await begin(world, 'reply')
  await settle(world, id, unknown)
  world.clock.advance(15 * minute)
  await resolveUncertain(world.deps)
  await settle(world, id, refused)
  await settle(world, id, unknown)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 2, failedAt: null })
  await settle(world, id, accepted)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  const { claimed } = await startBatch(world.deps, world.phoneNumberId, {
    now: world.clock.now(),
    leaseSeconds: 0,
  })
  expect(claimed).toBe(0)
})

test('an answer about a message of another shop is not written down', async () => {
  await using world = await createOutboxWorld()
  const id = await begin(world, 'campaign')
  const { callbackId } = await load(world, id)
  const made = { id, shopId: 99, attempt: 1, callbackId, result: accepted, at: start }
  await settleResults(world.deps, [made], start)
  expect(await load(world, id)).toMatchObject({ state: 'sending', wamid: null })
})

test('answers that cannot be written down keep neither those beside them nor those of other shops from it', async () => {
  await using world = await createOutboxWorld()
  const other = await world.db.transaction((tx) => connectShop(tx, 'other'))
  const [broken, good] = [await begin(world, 'campaign'), await begin(world, 'campaign')]
  const ofOther = await begin({ ...world, ...other }, 'campaign')
  const made = await Promise.all(
    [broken, good, ofOther].map(async (id) => {
      const { shopId, callbackId } = (await load(world, id)) as MessageRow & { shopId: number }
      return { id, shopId, attempt: 1, callbackId, result: { ...accepted, wamid: `wamid.${id}` }, at: start }
    }),
  )
  await world.db.execute(
    `alter table messages add constraint no_broken check (id <> ${broken} or accepted_at is null)`,
  )
  await expect(settleResults(world.deps, made, start)).rejects.toThrow('no_broken')
  expect((await load(world, broken)).state).toBe('sending')
  expect((await load(world, good)).state).toBe('accepted')
  expect((await load(world, ofOther)).state).toBe('accepted')
})
