import { expect, test, vi } from 'vitest'
import { lockNumber } from '../../src/outbox/claim-store.ts'
import { createPace, type Pace } from '../../src/outbox/pace.ts'
import { createSender, sendDue, type SendDeps } from '../../src/outbox/sender.ts'
import type { Guard } from '../../src/outbox/start-batch.ts'
import type { Database } from '../../src/platform/database.ts'
import {
  accepted,
  after,
  connectShop,
  createOutboxWorld,
  enqueue,
  load,
  minute,
  templateContent,
  type OutboxWorld,
} from './support/outbox-world.ts'
import { unpaced } from './support/unpaced.ts'

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const count = async (world: OutboxWorld, state: string): Promise<number> =>
  (await world.db.query(`select 1 from messages where state = $1`, [state])).length

/** The database is away for these transactions, counted from one. */
function awayFor(db: Database, isAway: (nth: number) => boolean): Database {
  let nth = 0
  const transaction: Database['transaction'] = (work) =>
    isAway(++nth)
      ? Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' }))
      : db.transaction(work)
  return Object.create(db, { transaction: { value: transaction } }) as Database
}

/** So many requests may begin, and no more. */
function paceFor(starts: number): Pace {
  let left = starts
  return { ...unpaced, take: async () => ({ next: async () => left-- > 0, close: () => undefined }) }
}

test('a number that cannot be claimed for pauses by itself, and the others go on', async () => {
  const failing: { numberId?: number } = {}
  const guard: Guard = async (_, { number }) => {
    if (number.id === failing.numberId) throw new Error('broken settings')
    return new Map()
  }
  await using world = await createOutboxWorld({ guards: [guard] })
  failing.numberId = world.phoneNumberId
  const other = await world.db.transaction((tx) => connectShop(tx, 'other'))
  const held = await enqueue(world, { purpose: 'campaign' })
  const first = await enqueue({ ...world, ...other }, { purpose: 'campaign' })
  const sender = createSender(world.deps)
  expect(await sender.work()).toBe(1)
  await expect(sender.settled()).rejects.toThrow('broken settings')
  const second = await enqueue({ ...world, ...other }, { purpose: 'campaign' })
  expect(await sender.work()).toBe(1)
  await sender.stop()
  expect(await load(world, first)).toMatchObject({ state: 'accepted' })
  expect(await load(world, second)).toMatchObject({ state: 'accepted' })
  expect(await load(world, held)).toMatchObject({ state: 'waiting' })
})

test('a database that is away for every claim is told to whoever runs the lane', async () => {
  await using world = await createOutboxWorld()
  await enqueue(world, { purpose: 'campaign' })
  const sender = createSender({ ...world.deps, db: awayFor(world.db, () => true) })
  await expect(sender.work()).rejects.toThrow('terminating connection')
})

test('a content that cannot be laid out waits for a minute, and those behind it go', async () => {
  await using world = await createOutboxWorld()
  const parameters = { ...templateContent.parameters, price: 10 as unknown as string }
  const bad = await enqueue(world, {
    purpose: 'campaign',
    content: { ...templateContent, languages: ['en'], parameters },
  })
  const good = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  expect(await load(world, bad)).toMatchObject({
    state: 'waiting',
    reason: 'check_failed',
    dueAt: after(minute),
  })
  expect(await load(world, good)).toMatchObject({ state: 'accepted' })
})

test('a claim that waited long for its turn is sent all the same: its time begins with the look at the switch', async () => {
  await using world = await createOutboxWorld()
  const id = await enqueue(world, { purpose: 'campaign' })
  const pace = createPace(world.db)
  let hold = (): void => undefined
  const isHeld = new Promise<void>((resolve) => (hold = resolve))
  const before = world.db.transaction(async (tx) => {
    await lockNumber(tx, world.phoneNumberId)
    hold()
    await delay(1_200)
  })
  await isHeld
  expect(await sendDue({ ...world.deps, pace })).toBe(1)
  await before
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
})

test('claims too slow for their time become smaller until they are sent', async () => {
  // Fifteen take 1.2 s, seven 0.6 s.
  const slow: Guard = async (_, { ready }) => {
    await delay(ready.length * 80)
    return new Map()
  }
  await using world = await createOutboxWorld({ guards: [slow] })
  for (let nth = 0; nth < 15; nth++) await enqueue(world, { purpose: 'campaign' })
  const sender = createSender({ ...world.deps, pace: createPace(world.db) })
  for (let nth = 0; nth < 3; nth++) {
    await sender.work()
    await sender.settled()
  }
  await sender.stop()
  expect(await count(world, 'accepted')).toBeGreaterThanOrEqual(7)
})

test('what cannot be called is given back while others of its batch still wait for their answer', async () => {
  await using world = await createOutboxWorld({ pace: paceFor(1) })
  for (let nth = 0; nth < 3; nth++) await enqueue(world, { purpose: 'campaign' })
  let answer = (): void => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  world.graph.answer = async (_, nth) => {
    await held
    return accepted(`wamid.${nth}`)
  }
  const sender = createSender(world.deps)
  await sender.work()
  await vi.waitFor(async () => expect(await count(world, 'waiting')).toBe(2))
  expect(await count(world, 'sending')).toBe(1)
  answer()
  await sender.settled()
  expect(await count(world, 'accepted')).toBe(1)
})

test('what was never called is given back once the database is there again, and is not taken for sent', async () => {
  const given: number[] = []
  const deps: Partial<SendDeps> = {
    pace: paceFor(0),
    onHandedBack: async (_, ids) => void given.push(...ids),
  }
  await using world = await createOutboxWorld(deps)
  const id = await enqueue(world, { purpose: 'campaign' })
  // The first transaction claims; the next two are to give back.
  await sendDue({ ...world.deps, db: awayFor(world.db, (nth) => nth === 2 || nth === 3) })
  expect(given).toEqual([id])
  expect(await load(world, id)).toMatchObject({ state: 'waiting', startedAt: null })
})

test('who claimed last waits a little longer for the next claim, so that others get their share', async () => {
  await using world = await createOutboxWorld()
  let room = { count: 1, waitMs: 0, gapMs: 1 }
  const sender = createSender({ ...world.deps, pace: { ...unpaced, room: async () => room } })
  for (let nth = 0; nth < 3; nth++) await enqueue(world, { purpose: 'campaign' })
  expect(await sender.work()).toBe(1)
  room = { count: 0, waitMs: 40, gapMs: 1 }
  const beganMs = performance.now()
  expect(await sender.work()).toBe(1)
  expect(performance.now() - beganMs).toBeGreaterThan(55)
  await sender.stop()
})
