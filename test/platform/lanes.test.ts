import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startOwnRedis, type OwnRedis } from '../../bench/support/own-redis.ts'
import { createLanes, type Lanes, type LanesOptions } from '../../src/platform/lanes.ts'
import { createTestDatabase } from '../support/database.ts'
import { hasRedis } from '../support/own-servers.ts'

const log = pino({ level: 'silent' })
const never = 3_600_000

const running: Lanes[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((lanes) => lanes.stop()))
})

function lanesOn(connection: LanesOptions['connection'], options: Partial<LanesOptions> = {}): Lanes {
  const lanes = createLanes({ connection, log, sweepEveryMs: never, ...options })
  running.push(lanes)
  return lanes
}

/** Work over a number that stands for rows that are due. */
function rows(): { due: number; looks: number; batches: number[]; work: () => Promise<number> } {
  const state = {
    due: 0,
    looks: 0,
    batches: [] as number[],
    work: () => {
      state.looks += 1
      const batch = Math.min(state.due, 10)
      state.due -= batch
      if (batch > 0) state.batches.push(batch)
      return Promise.resolve(batch)
    },
  }
  return state
}

/** Nobody listens there. */
const away = { kind: 'redis', url: 'redis://127.0.0.1:1' } as const

function onEitherQueue(connection: () => LanesOptions['connection'], erase: () => Promise<void>): void {
  test('a wake-up from a process without workers reaches one that works', async () => {
    const outbox = rows()
    const worker = lanesOn(connection())
    worker.register('outbox', outbox.work)
    worker.start()
    const web = lanesOn(connection())
    web.register('outbox', () => Promise.reject(new Error('this process does not work')))
    web.start({ works: false })
    for (let round = 1; round <= 3; round++) {
      await vi.waitFor(() => expect(outbox.looks).toBeGreaterThanOrEqual(1))
      outbox.due = 25
      web.wake('outbox')
      await vi.waitFor(() => expect(outbox.due).toBe(0), { timeout: 5_000 })
    }
    expect(outbox.batches).toEqual([10, 10, 5, 10, 10, 5, 10, 10, 5])
  })

  test('thousands of wake-ups in a burst are a few, and the last one is not lost', async () => {
    const outbox = rows()
    const worker = lanesOn(connection())
    worker.register('outbox', outbox.work)
    worker.start()
    const web = lanesOn(connection())
    web.start({ works: false })
    for (let burst = 0; burst < 5_000; burst++) web.wake('outbox')
    outbox.due = 1
    web.wake('outbox')
    await vi.waitFor(() => expect(outbox.due).toBe(0), { timeout: 5_000 })
    expect(outbox.looks).toBeLessThan(20)
  })

  test('a lane is looked at again when rows come while it looks', async () => {
    let finishLook: (() => void) | undefined
    let due = 0
    const lanes = lanesOn(connection())
    lanes.register('slow', async () => {
      const found = due
      due = 0
      await new Promise<void>((resolve) => (finishLook = resolve))
      return found > 0 ? 1 : 0
    })
    lanes.start()
    await vi.waitFor(() => expect(finishLook).toBeDefined())
    due = 1
    lanes.wake('slow')
    finishLook?.()
    await vi.waitFor(() => {
      finishLook?.()
      expect(due).toBe(0)
    })
    const stopped = lanes.stop()
    await vi.waitFor(async () => {
      finishLook?.()
      await Promise.race([stopped, Promise.reject(new Error('not yet'))])
    })
  })

  test('an erased queue loses nothing: the sweep finds the rows, and later wake-ups work again', async () => {
    const outbox = rows()
    const worker = lanesOn(connection(), { sweepEveryMs: 50 })
    worker.register('outbox', outbox.work)
    worker.start()
    const web = lanesOn(connection())
    web.start({ works: false })
    outbox.due = 1
    web.wake('outbox')
    await vi.waitFor(() => expect(outbox.due).toBe(0))
    await erase()
    outbox.due = 30
    await vi.waitFor(() => expect(outbox.due).toBe(0))
  })
}

describe('with the queue on PostgreSQL', () => {
  let db: Awaited<ReturnType<typeof createTestDatabase>>
  beforeAll(async () => {
    db = await createTestDatabase()
  })
  afterAll(async () => {
    await db[Symbol.asyncDispose]()
  })
  onEitherQueue(
    () => ({ kind: 'postgres', url: db.url }),
    async () => {
      // A job being taken may meet it as a deadlock, which a transaction of ours survives.
      await db.transaction((tx) => tx.execute('TRUNCATE bullmq.job, bullmq.dedup, bullmq.dedup_next CASCADE'))
    },
  )
})

describe.skipIf(!hasRedis())('with the queue on Redis', () => {
  let redis: OwnRedis
  beforeAll(async () => {
    redis = await startOwnRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())
  onEitherQueue(
    () => ({ kind: 'redis', url: redis.url }),
    () => redis.flush(),
  )
})

test('with the queue away, work goes on by the sweep, and stopping does not hang', async () => {
  const outbox = rows()
  const lanes = lanesOn(away, { sweepEveryMs: 20 })
  lanes.register('outbox', outbox.work)
  lanes.start()
  for (let round = 0; round < 3; round++) {
    outbox.due = 30
    lanes.wake('outbox')
    await vi.waitFor(() => expect(outbox.due).toBe(0))
  }
  await lanes.stop()
}, 10_000)

test('a lane that fails pauses alone, and goes on by itself', async () => {
  let failures = 0
  const healthy = rows()
  const lanes = lanesOn(away, { sweepEveryMs: 10 })
  lanes.register('broken', () => (failures++ < 2 ? Promise.reject(new Error('no')) : Promise.resolve(0)))
  lanes.register('healthy', healthy.work)
  lanes.start()
  await vi.waitFor(() => expect(healthy.looks).toBeGreaterThan(20))
  expect(failures).toBe(1)
  await vi.waitFor(() => expect(failures).toBeGreaterThan(2), { timeout: 8_000 })
}, 15_000)

test('a lane runs as many batches beside each other as it may, and only when there is work', async () => {
  let atOnce = 0
  let most = 0
  let due = 0
  const lanes = lanesOn(away, { sweepEveryMs: 10 })
  const looks = rows()
  lanes.register(
    'wide',
    async () => {
      if (due === 0) return looks.work()
      due -= 1
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => setTimeout(resolve, 5))
      atOnce -= 1
      return 1
    },
    { concurrency: 4 },
  )
  lanes.start()
  await vi.waitFor(() => expect(looks.looks).toBeGreaterThan(3))
  expect(most).toBe(0)
  due = 40
  await vi.waitFor(() => expect([due, atOnce]).toEqual([0, 0]))
  expect(most).toBe(4)
})

test('stopping waits for the batch in hand and begins no other', async () => {
  let finish: (() => void) | undefined
  let begun = 0
  const lanes = lanesOn(away)
  lanes.register('slow', async () => {
    begun += 1
    await new Promise<void>((resolve) => (finish = resolve))
    return 1
  })
  lanes.start()
  let isStopped = false
  const stopped = lanes.stop().then(() => (isStopped = true))
  await Promise.resolve()
  expect(isStopped).toBe(false)
  finish?.()
  await stopped
  expect(begun).toBe(1)
})

test('draining goes round until nothing makes further work, needs no queue, and throws what a lane throws', async () => {
  const first = rows()
  const second = rows()
  const lanes = createLanes({ connection: away, log })
  lanes.register('second', second.work)
  lanes.register('first', async () => {
    const handled = await first.work()
    second.due += handled
    lanes.wake('second')
    return handled
  })
  first.due = 15
  expect(await lanes.drain()).toBe(30)
  expect([first.due, second.due]).toEqual([0, 0])
  lanes.register('broken', () => Promise.reject(new Error('as it is')))
  await expect(lanes.drain()).rejects.toThrow('as it is')
})
