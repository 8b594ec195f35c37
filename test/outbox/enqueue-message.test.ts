import { expect, test } from 'vitest'
import { enqueueMessage } from '../../src/outbox/enqueue-message.ts'
import { insertMessages } from '../../src/outbox/insert-messages.ts'
import { suppressWaiting } from '../../src/outbox/suppress-waiting.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { addPerson, after, createOutboxWorld, enqueue, hour, load, start } from './support/outbox-world.ts'

test('asking twice for the same message makes one, and wakes the sender once it is committed', async () => {
  await using world = await createOutboxWorld()
  const personId = await addPerson(world)
  const woken: string[] = []
  const deps = { random: world.random, wake: (lane: string) => void woken.push(lane) }
  const message = {
    shopId: world.shopId,
    phoneNumberId: world.phoneNumberId,
    personId,
    purpose: 'reply' as const,
    content: { kind: 'text' as const, body: 'Hello' },
    uniqueKey: 'answer:1',
    now: start,
  }
  const first = await world.db.transaction(async (tx) => {
    const enqueued = await enqueueMessage(tx, deps, message)
    expect(woken).toEqual([])
    return enqueued
  })
  expect(woken).toEqual(['outbox.send'])
  const second = await world.db.transaction((tx) => enqueueMessage(tx, deps, message))
  expect(first.isNew).toBe(true)
  expect(second).toEqual({ messageId: first.messageId, isNew: false })
  expect(woken).toHaveLength(1)
})

test('the same key of two shops is two messages', async () => {
  await using world = await createOutboxWorld()
  const row = {
    personId: await addPerson(world), phoneNumberId: world.phoneNumberId, purpose: 'campaign' as const, content: null,
    uniqueKey: 'candidacy:1', dueAt: after(hour), expiresAt: null, candidacyIds: [7, 8],
  } // prettier-ignore
  const [first, twin, other] = await world.db.transaction((tx) =>
    insertMessages(
      tx,
      world.deps,
      [
        { ...row, shopId: world.shopId },
        { ...row, shopId: world.shopId },
        { ...row, shopId: 99 },
      ],
      start,
    ),
  )
  expect([typeof first, twin, typeof other]).toEqual(['number', undefined, 'number'])
  expect(await load(world, first!)).toMatchObject({
    state: 'waiting',
    dueAt: after(hour),
    countedAt: after(hour),
  })
  expect(
    await world.db.query(`select message_id, candidacy_id from message_candidacies order by 1, 2`),
  ).toEqual([
    { messageId: first, candidacyId: 7 },
    { messageId: first, candidacyId: 8 },
    { messageId: other, candidacyId: 7 },
    { messageId: other, candidacyId: 8 },
  ])
})

test('characters that PostgreSQL cannot keep in JSON cost only themselves', async () => {
  await using world = await createOutboxWorld()
  const id = await enqueue(world, { purpose: 'reply', content: { kind: 'text', body: 'a\0b\ud83dc\\u0000' } })
  expect(await world.db.query(`select content->>'body' as body from messages where id = $1`, [id])).toEqual([
    { body: 'abc\\u0000' },
  ])
})

test('replies and confirmations never count against the caps', async () => {
  await using world = await createOutboxWorld()
  const ids: number[] = []
  for (const purpose of ['reply', 'transactional', 'merchant_notice'] as const)
    ids.push(await enqueue(world, { purpose }))
  await sendDue(world.deps)
  for (const id of ids) expect(await load(world, id)).toMatchObject({ state: 'accepted', countedAt: null })
})

test('an opt-out ends what waits for any record of the person, and nothing else', async () => {
  await using world = await createOutboxWorld()
  const root = await addPerson(world)
  const merged = await addPerson(world, { mergedInto: root })
  const begun = await enqueue(world, { purpose: 'campaign', personId: root })
  await sendDue(world.deps)
  const campaign = await enqueue(world, { purpose: 'campaign', personId: merged })
  const alert = await enqueue(world, { purpose: 'alert', personId: root, dueAt: after(hour) })
  const reply = await enqueue(world, { purpose: 'reply', personId: root })
  const other = await enqueue(world, { purpose: 'campaign' })
  world.changes.length = 0
  const which = {
    shopId: world.shopId,
    personId: merged,
    purposes: ['campaign', 'alert'],
    reason: 'opted_out',
    now: start,
  } as const
  expect(await world.db.transaction((tx) => suppressWaiting(tx, world.deps, { ...which, shopId: 99 }))).toBe(
    0,
  )
  expect(await world.db.transaction((tx) => suppressWaiting(tx, world.deps, which))).toBe(2)
  for (const id of [campaign, alert]) {
    expect(await load(world, id)).toMatchObject({ state: 'suppressed', reason: 'opted_out', countedAt: null })
  }
  const states = await Promise.all([begun, reply, other].map(async (id) => (await load(world, id)).state))
  expect(states).toEqual(['accepted', 'waiting', 'waiting'])
  expect(world.changes.map(({ messageId }) => messageId).sort()).toEqual([campaign, alert].sort())
})
