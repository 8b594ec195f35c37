import { expect, test } from 'vitest'
import { resolveUncertain } from '../../src/outbox/resolve-uncertain.ts'
import { settleUnanswered } from '../../src/outbox/settle-unanswered.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import {
  connectShop,
  createOutboxWorld,
  enqueue,
  load,
  minute,
  sentTo,
  start,
} from './support/outbox-world.ts'

test('a reply that was refused first and then never answered is sent once again all the same', async () => {
  await using world = await createOutboxWorld()
  world.graph.answer = () => ({ status: 500, body: { error: { code: 131000, message: 'Later.' } } })
  const id = await enqueue(world, { purpose: 'reply' })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 2 })
  world.graph.answer = () => 'cut'
  world.clock.advance(minute)
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'uncertain', attempt: 2 })
  world.clock.advance(15 * minute)
  await resolveUncertain(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 3, reason: 'sent_again' })
  await sendDue(world.deps)
  world.clock.advance(15 * minute)
  await resolveUncertain(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'outcome_unknown' })
  expect(sentTo(world.graph)).toHaveLength(3)
})

test('what is uncertain in one shop is resolved although another shop’s cannot be, and that one is told of', async () => {
  await using world = await createOutboxWorld()
  const first = await enqueue(world, { purpose: 'campaign' })
  const other = await world.db.transaction((tx) => connectShop(tx, 'other'))
  const second = await enqueue(world, { purpose: 'campaign', ...other })
  await world.db.execute(`update messages set state = 'uncertain', uncertain_at = $1, started_at = $1`, [
    start,
  ])
  world.clock.advance(15 * minute)
  const broken: typeof world.deps.onChanged = async (_, changes) => {
    if (changes.some(({ shopId }) => shopId === world.shopId)) throw new Error('This shop is broken.')
  }
  await expect(resolveUncertain({ ...world.deps, onChanged: broken })).rejects.toThrow('This shop is broken.')
  expect(await load(world, first)).toMatchObject({ state: 'uncertain' })
  expect(await load(world, second)).toMatchObject({ state: 'outcome_unknown' })
})

test('what a dead sender left in one shop is found although another shop’s cannot be, and what is uncertain is resolved all the same', async () => {
  await using world = await createOutboxWorld()
  const broken = await enqueue(world, { purpose: 'campaign' })
  const other = await world.db.transaction((tx) => connectShop(tx, 'other'))
  const [left, old] = [
    await enqueue(world, { purpose: 'campaign', ...other }),
    await enqueue(world, { purpose: 'campaign', ...other }),
  ]
  await world.db.execute(
    `update messages set state = 'sending', started_at = $1, lease_until = clock_timestamp() - interval '1 second'`,
    [start],
  )
  await world.db.execute(
    `update messages set state = 'uncertain', uncertain_at = $1, lease_until = null where id = $2`,
    [start, old],
  )
  world.clock.advance(15 * minute)
  const onChanged: typeof world.deps.onChanged = async (_, changes) => {
    if (changes.some(({ shopId }) => shopId === world.shopId)) throw new Error('This shop is broken.')
  }
  await expect(settleUnanswered({ ...world.deps, onChanged })).rejects.toThrow('This shop is broken.')
  expect(await load(world, broken)).toMatchObject({ state: 'sending' })
  expect(await load(world, left)).toMatchObject({ state: 'uncertain', reason: 'unanswered' })
  expect(await load(world, old)).toMatchObject({ state: 'outcome_unknown' })
})
