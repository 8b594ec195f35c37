import fc from 'fast-check'
import { beforeAll, afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { listDeadLetters } from '../../src/intake/dead-letter-store.ts'
import { lockSplitting } from '../../src/intake/delivery-store.ts'
import { readMetaUpdate } from '../../src/intake/event-payload.ts'
import { done, ignored, type HandleEvent, type HandleEvents } from '../../src/intake/inbox-event.ts'
import { readInboxHealth } from '../../src/intake/inbox-health.ts'
import { replayInbox } from '../../src/intake/replay-inbox.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  changeDelivery,
  createProcessor,
  drain,
  messagesDelivery,
  morning,
  shopId,
  statusesDelivery,
  storeDeliveries,
  textMessage,
} from './intake-world.ts'

const ana = '351910000001'
const rui = '351910000002'
let db: Database & AsyncDisposable
let clock: MovableClock

beforeAll(async () => {
  db = await createTestDatabase()
  await db.execute('create table handled (event_id bigint, text text)')
})

afterAll(() => db[Symbol.asyncDispose]())

beforeEach(async () => {
  await db.execute('truncate inbox_deliveries, inbox_events, handled')
  clock = createStandingClock(morning)
})

/** Writes down what was said, in the event's own transaction, after which `then` may fail. */
function writeDown(then: (text: string) => Promise<void> | void = () => undefined): HandleEvent {
  return async (tx, event) => {
    const text = textOf(event.payload)
    await tx.execute('insert into handled (event_id, text) values ($1, $2)', [event.id, JSON.stringify(text)])
    await then(text)
    return done
  }
}

function textOf(payload: string): string {
  const update = readMetaUpdate(payload)
  return update.kind === 'message' ? (update.text ?? '') : ''
}

async function handledTexts(): Promise<string[]> {
  const rows = await db.query<{ text: string }>('select text from handled order by text')
  return rows.map(({ text }) => JSON.parse(text) as string)
}

function eventStates(): Promise<{ kind: string; state: string; reason: string | null }[]> {
  return db.query('select kind, state, reason from inbox_events order by id')
}

function say(from: string, ...texts: string[]): string {
  return messagesDelivery(texts.map((text) => textMessage({ from, text })))
}

const failOn =
  (poison: string) =>
  (text: string): void => {
    if (text === poison) throw new Error(`cannot handle this`)
  }

describe('cutting deliveries into events', () => {
  test('a delivery that arrives twice, and a message told again in another one, are handled once', async () => {
    const message = textMessage({ from: ana, text: 'oi' })
    const body = messagesDelivery([message])
    await storeDeliveries(db, [
      body,
      body,
      messagesDelivery([message, textMessage({ from: ana, text: 'olá' })]),
    ])
    await drain(createProcessor(db, { one: { message: writeDown() } }))
    expect(await handledTexts()).toEqual(['oi', 'olá'])
  })

  test('what PostgreSQL cannot keep as text reaches the handler unharmed', async () => {
    const texts = ['a\u0000b', 'half \ud83d of a pair', '\ud83d\ude00', '"\\ {} \n']
    await storeDeliveries(db, [say(ana, ...texts)])
    await drain(createProcessor(db, { one: { message: writeDown() } }))
    expect(await handledTexts()).toEqual([...texts].sort())
  })

  test('ids that PostgreSQL cannot keep or index are told apart all the same', async () => {
    const ids = ['wamid.\u0000', 'wamid.\u0001', 'wamid.\ud800', 'x'.repeat(9_000), 'x'.repeat(9_001)]
    const messages = ids.map((id) => textMessage({ from: `1\u0000${'5'.repeat(5_000)}`, text: 'oi', id }))
    await storeDeliveries(db, [messagesDelivery(messages), messagesDelivery(messages)])
    await drain(createProcessor(db, { one: { message: async () => done } }))
    expect((await eventStates()).map(({ state }) => state)).toEqual(ids.map(() => 'done'))
  })

  test('a delivery that cannot be read does not keep the others from being cut', async () => {
    await storeDeliveries(db, [say(ana, 'one'), '{', '{"object":"page"}', '[]', say(ana, 'two')])
    await drain(createProcessor(db, { one: { message: writeDown() } }))
    expect(await db.query('select state, reason, event_count from inbox_deliveries order by id')).toEqual([
      { state: 'split', reason: null, eventCount: 1 },
      { state: 'dead', reason: 'not_json', eventCount: 0 },
      { state: 'dead', reason: 'not_whatsapp', eventCount: 0 },
      { state: 'dead', reason: 'not_whatsapp', eventCount: 0 },
      { state: 'split', reason: null, eventCount: 1 },
    ])
    expect(await handledTexts()).toEqual(['one', 'two'])
  })

  test('a value that the database refuses costs its own delivery and no other', async () => {
    await db.execute(`alter table inbox_events add constraint no_poison check (payload not like '%poison%')`)
    try {
      await storeDeliveries(db, [say(ana, 'one'), say(ana, 'poison'), say(ana, 'two')])
      await drain(createProcessor(db, { one: { message: writeDown() } }))
    } finally {
      await db.execute('alter table inbox_events drop constraint no_poison')
    }
    expect(await handledTexts()).toEqual(['one', 'two'])
    expect(await listDeadLetters(db)).toMatchObject([{ of: 'delivery', kind: null }])
  })

  test('what concerns a number that nobody has connected is kept and ignored, until it is connected and replayed', async () => {
    await storeDeliveries(db, [messagesDelivery([textMessage({ from: ana, text: 'oi' })], '999')])
    const handlers = { one: { message: writeDown() } }
    await drain(createProcessor(db, handlers))
    expect(await eventStates()).toEqual([{ kind: 'message', state: 'ignored', reason: 'unknown_number' }])

    await db.execute(
      `update inbox_deliveries set body = convert_to(replace(convert_from(body, 'UTF8'), '"999"', '"200"'), 'UTF8')`,
    )
    const [delivery] = await db.query<{ id: number }>('select id from inbox_deliveries')
    const choice = { kind: 'ids', events: [], deliveries: [delivery!.id] } as const
    expect(await replayInbox({ db, wake: () => undefined }, choice, clock.now())).toEqual({
      events: 0,
      deliveries: 1,
    })
    await drain(createProcessor(db, handlers))
    expect(await handledTexts()).toEqual(['oi'])
  })

  test('a change of the account finds its shop by the account, and kinds nobody handles end with a reason', async () => {
    await storeDeliveries(db, [changeDelivery('message_template_status_update', { event: 'APPROVED' })])
    await drain(createProcessor(db, {}))
    expect(await db.query('select shop_id, kind, state, reason from inbox_events')).toEqual([
      { shopId, kind: 'field:message_template_status_update', state: 'ignored', reason: 'no_handler' },
    ])
  })

  test('a part that is not understood is kept with its reason, and its neighbours are handled', async () => {
    await storeDeliveries(db, [messagesDelivery(['nonsense', textMessage({ from: ana, text: 'oi' })])])
    await drain(createProcessor(db, { one: { message: writeDown() } }))
    const [unknown] = await db.query<{ payload: string; state: string; reason: string }>(
      `select payload, state, reason from inbox_events where kind = 'unknown'`,
    )
    expect(unknown?.state).toBe('ignored')
    expect(unknown?.reason).not.toBe('')
    expect(unknown?.payload).toContain('nonsense')
    expect(await handledTexts()).toEqual(['oi'])
  })
})

describe('order', () => {
  test("one person's messages are handled in order, one at a time, whoever works on them", async () => {
    const events = fc.array(
      fc.record({ person: fc.integer({ min: 1, max: 3 }), second: fc.integer({ min: 0, max: 4 }) }),
      { minLength: 1, maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 5 }), async (said, perDelivery) => {
        await db.execute('truncate inbox_deliveries, inbox_events')
        const messages = said.map(({ person, second }, at) =>
          textMessage({
            // Ids that sort the other way round: neither they nor chance decide the order.
            id: `wamid.${900 - at}`,
            from: `35191000000${person}`,
            text: `${person}:${second}:${at}`,
            at: 1_772_452_800 + second,
          }),
        )
        const deliveries = chunks(messages, perDelivery).map((chunk) => messagesDelivery(chunk))
        await storeDeliveries(db, deliveries)

        const story: string[] = []
        const handle: HandleEvent = async (tx, event) => {
          const text = textOf(event.payload)
          story.push(`begin ${text}`)
          await tx.query('select pg_sleep(0.001)')
          story.push(`end ${text}`)
          return done
        }
        await workSideBySide(4, handle)

        for (const person of [1, 2, 3]) {
          const expected = said
            .map(({ person, second }, at) => ({ person, second, at }))
            .filter((one) => one.person === person)
            .sort((one, other) => one.second - other.second || one.at - other.at)
            .flatMap(({ second, at }) => [`begin ${person}:${second}:${at}`, `end ${person}:${second}:${at}`])
          expect(story.filter((line) => line.includes(` ${person}:`))).toEqual(expected)
        }
      }),
      { numRuns: 12 },
    )
  })

  test('a message that came late is handled before those that were said after it, as long as these wait', async () => {
    await storeDeliveries(db, [
      messagesDelivery([textMessage({ from: ana, text: 'second', at: 1_772_452_810 })]),
      messagesDelivery([textMessage({ from: ana, text: 'first', at: 1_772_452_805 })]),
    ])
    const story: string[] = []
    const message: HandleEvent = async (_, event) => {
      story.push(textOf(event.payload))
      return done
    }
    await drain(createProcessor(db, { one: { message } }))
    expect(story).toEqual(['first', 'second'])
  })

  test('a message that is tried again is not handled while another of the same person is', async () => {
    await storeDeliveries(db, [say(ana, 'again')])
    await drain(createProcessor(db, { one: { message: writeDown(failOn('again')) } }, clock))
    clock.advance(2_000)
    await storeDeliveries(db, [say(ana, 'one', 'two')])
    let running = 0
    let mostAtOnce = 0
    const message: HandleEvent = async (tx) => {
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      await tx.query('select pg_sleep(0.05)')
      running -= 1
      return done
    }
    await drain(createProcessor(db, { one: { message } }, clock))
    expect((await eventStates()).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
    expect(mostAtOnce).toBe(1)
  })

  test('while one process cuts deliveries into events, no other cuts later ones', async () => {
    await storeDeliveries(db, [say(ana, 'oi')])
    const processor = createProcessor(db, { one: { message: writeDown() } })
    await db.transaction(async (tx) => {
      expect(await lockSplitting(tx)).toBe(true)
      expect(await processor.work()).toBe(0)
    })
    await drain(processor)
    expect(await handledTexts()).toEqual(['oi'])
  })

  test('a STOP behind a message that cannot be handled is handled at once', async () => {
    await storeDeliveries(db, [say(ana, 'poison', 'STOP'), say(rui, 'oi')])
    await drain(createProcessor(db, { one: { message: writeDown(failOn('poison')) } }, clock))
    expect(await handledTexts()).toEqual(['STOP', 'oi'])
    expect((await eventStates()).map(({ state }) => state)).toEqual(['retry', 'done', 'done'])
  })
})

describe('failures', () => {
  test('nothing that a failed handler wrote stays, and it is tried again when its pause is over', async () => {
    await storeDeliveries(db, [say(ana, 'oi')])
    let isBroken = true
    const handle = writeDown(() => {
      if (isBroken) throw new Error('not now')
    })
    const processor = createProcessor(db, { one: { message: handle } }, clock)
    await drain(processor)
    expect(await handledTexts()).toEqual([])
    expect(await db.query('select state, attempts, due_at, reason from inbox_events')).toEqual([
      { state: 'retry', attempts: 1, dueAt: new Date(morning.getTime() + 2_000), reason: 'failed: not now' },
    ])

    isBroken = false
    clock.advance(1_999)
    expect(await processor.work()).toBe(0)
    clock.advance(1)
    await drain(processor)
    expect(await handledTexts()).toEqual(['oi'])
  })

  test('after 8 failures it is a dead letter, counted and shown, and a replay handles it', async () => {
    await storeDeliveries(db, [say(ana, 'poison')])
    const failing = createProcessor(db, { one: { message: writeDown(failOn('poison')) } }, clock)
    for (let failures = 0; failures < 8; failures++) {
      expect((await eventStates()).every(({ state }) => state !== 'dead')).toBe(true)
      await drain(failing)
      clock.advance(15 * 60_000)
    }
    expect((await eventStates())[0]?.state).toBe('dead')
    expect(await listDeadLetters(db)).toMatchObject([
      { of: 'event', shopId, kind: 'message', attempts: 8, reason: 'failed: cannot handle this' },
    ])
    expect(await readInboxHealth(db)).toMatchObject({ dead: 1, oldestWaitingAt: null })

    const woken: string[] = []
    const replayed = await replayInbox(
      { db, wake: (lane) => woken.push(lane) },
      { kind: 'all_dead' },
      clock.now(),
    )
    expect(replayed).toEqual({ events: 1, deliveries: 0 })
    expect(woken).toEqual(['inbox'])
    await drain(createProcessor(db, { one: { message: writeDown() } }, clock))
    expect(await handledTexts()).toEqual(['poison'])
    expect(await listDeadLetters(db)).toEqual([])
  })

  test('a replay takes what died since a moment, or what is named, and nothing else', async () => {
    await storeDeliveries(db, ['{', '{'])
    await drain(createProcessor(db, {}, clock))
    clock.advance(60_000)
    await storeDeliveries(db, ['{', say(ana, 'oi')])
    await drain(createProcessor(db, { one: { message: async () => ignored('not_for_us') } }, clock))

    const replay = (choice: Parameters<typeof replayInbox>[1]) =>
      replayInbox({ db, wake: () => undefined }, choice, clock.now())
    expect(await replay({ kind: 'dead_since', since: clock.now() })).toEqual({ events: 0, deliveries: 1 })
    const [event] = await db.query<{ id: number }>('select id from inbox_events')
    const [first] = await db.query<{ id: number }>('select id from inbox_deliveries order by id')
    expect(await replay({ kind: 'ids', events: [event!.id], deliveries: [first!.id] })).toEqual({
      events: 1,
      deliveries: 1,
    })
    expect(await db.query('select state from inbox_deliveries order by id')).toEqual([
      { state: 'received' },
      { state: 'dead' },
      { state: 'received' },
      { state: 'split' },
    ])
  })

  test('a connection lost in the middle of a handler undoes the event and its mark alike', async () => {
    await storeDeliveries(db, [say(ana, 'oi')])
    const crash: HandleEvent = async (tx, event) => {
      await tx.execute('insert into handled (event_id, text) values ($1, $2)', [event.id, '"oi"'])
      await tx.query('select pg_terminate_backend(pg_backend_pid())')
      return done
    }
    await expect(drain(createProcessor(db, { one: { message: crash } }, clock))).rejects.toThrow()
    expect(await handledTexts()).toEqual([])
    expect(await db.query('select state, attempts from inbox_events')).toEqual([
      { state: 'waiting', attempts: 0 },
    ])

    await drain(createProcessor(db, { one: { message: writeDown() } }, clock))
    expect(await handledTexts()).toEqual(['oi'])
  })

  test('a handler that swallows an error of the database does not commit half of its work', async () => {
    await storeDeliveries(db, [say(ana, 'oi')])
    const careless: HandleEvent = async (tx, event) => {
      await tx.execute('insert into handled (event_id, text) values ($1, $2)', [event.id, '"half"'])
      await tx.execute('select 1 / 0').catch(() => undefined)
      return done
    }
    await drain(createProcessor(db, { one: { message: careless } }, clock))
    expect(await handledTexts()).toEqual([])
    expect((await eventStates())[0]?.state).toBe('retry')
  })
})

describe('kinds of which many are handled at once', () => {
  const statuses = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ id: `wamid.${at}`, status: 'delivered' }))

  test('600 statuses reach their handler in sets, each once', async () => {
    await storeDeliveries(db, [statusesDelivery(statuses(400)), statusesDelivery(statuses(600))])
    const sizes: number[] = []
    const status: HandleEvents = async (_, events) => {
      sizes.push(events.length)
      return new Map(events.map(({ id }) => [id, done]))
    }
    await drain(createProcessor(db, { many: { status } }))
    expect(sizes).toEqual([500, 100])
    expect((await eventStates()).every(({ state }) => state === 'done')).toBe(true)
  })

  test('one that fails is set apart, the others of its set are handled and never wait for it again', async () => {
    await storeDeliveries(db, [statusesDelivery(statuses(20))])
    const sizes: number[] = []
    const status: HandleEvents = async (tx, events) => {
      sizes.push(events.length)
      await tx.execute('insert into handled select id, $2 from unnest($1::bigint[]) as id', [
        events.map(({ id }) => id),
        '"status"',
      ])
      if (events.some(({ payload }) => payload.includes('"wamid.7"'))) throw new Error('poison')
      return new Map(events.map(({ id }) => [id, done]))
    }
    const processor = createProcessor(db, { many: { status } }, clock)
    await drain(processor)
    expect(await handledTexts()).toHaveLength(19)
    expect((await eventStates()).filter(({ state }) => state === 'retry')).toHaveLength(1)

    sizes.length = 0
    clock.advance(2_000)
    await storeDeliveries(db, [
      statusesDelivery([
        { id: 'wamid.100', status: 'read' },
        { id: 'wamid.101', status: 'read' },
      ]),
    ])
    await drain(processor)
    expect(sizes).toEqual([2, 1])
    expect(await handledTexts()).toHaveLength(21)
  })

  test('a value that the database does not take costs its own delivery at most, and holds up nobody', async () => {
    await storeDeliveries(db, [
      statusesDelivery([{ id: 'wamid.\0', status: 'read' }]),
      statusesDelivery(statuses(3)),
    ])
    const seen: string[] = []
    const status: HandleEvents = async (_, events) => {
      seen.push(...events.map(({ payload }) => payload))
      return new Map(events.map(({ id }) => [id, done]))
    }
    await drain(createProcessor(db, { many: { status } }))
    expect(seen.filter((payload) => /"wamid\.\d"/.test(payload))).toHaveLength(3)
    expect((await readInboxHealth(db)).deliveries.received).toBe(0)
  })

  test('of more deliveries than are cut at once, all workers handle the statuses', async () => {
    const read = Array.from({ length: 200 }, (_, at) => ({ id: `wamid.${at}`, status: 'read' }))
    await storeDeliveries(
      db,
      read.map((one) => statusesDelivery([one])),
    )
    const sizes: number[] = []
    const status: HandleEvents = async (_, events) => {
      sizes.push(events.length)
      return new Map(events.map(({ id }) => [id, done]))
    }
    const processor = createProcessor(db, { many: { status } })
    await drain(processor)
    // Told again, and this time handled with their delivery, they are known.
    await storeDeliveries(db, [statusesDelivery(read)])
    await drain(processor)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200)
    expect((await eventStates()).every(({ state }) => state === 'done')).toBe(true)
  })

  // With 200 deliveries they are cut first, and handled in a transaction of their own.
  test.each([
    { deliveries: 1, asked: [500, 500, 100] },
    { deliveries: 200, asked: [200, 200] },
  ])(
    'a deadlock begins the transaction of $deliveries anew at once, and nothing is set apart for it',
    async ({ deliveries, asked }) => {
      const all = statuses(deliveries === 1 ? 600 : deliveries)
      await storeDeliveries(
        db,
        deliveries === 1 ? [statusesDelivery(all)] : all.map((one) => statusesDelivery([one])),
      )
      const sizes: number[] = []
      const status: HandleEvents = async (tx, events) => {
        sizes.push(events.length)
        if (sizes.length === 1)
          await tx.execute(`do $$ begin raise exception using errcode = '40P01'; end $$`)
        return new Map(events.map(({ id }) => [id, done]))
      }
      await drain(createProcessor(db, { many: { status } }, clock))
      expect(sizes).toEqual(asked)
      expect((await eventStates()).every(({ state }) => state === 'done')).toBe(true)
    },
  )

  test('what a set says nothing of, or ignores with a reason, is written so', async () => {
    await storeDeliveries(db, [statusesDelivery(statuses(2))])
    const status: HandleEvents = async (_, events) =>
      new Map(events.map(({ id }, at) => [id, at === 0 ? done : ignored('unknown_message')]))
    await drain(createProcessor(db, { many: { status } }))
    expect((await eventStates()).map(({ state, reason }) => [state, reason]).sort()).toEqual([
      ['done', null],
      ['ignored', 'unknown_message'],
    ])
  })

  test('a failure told with another code is another event, told again with the same it is not', async () => {
    const failed = (code: number) => ({ id: 'wamid.1', status: 'failed', errors: [{ code, title: 'x' }] })
    await storeDeliveries(
      db,
      [failed(131_026), failed(131_026), failed(131_049)].map((one) => statusesDelivery([one])),
    )
    await drain(createProcessor(db, {}))
    expect(await eventStates()).toHaveLength(2)
  })
})

test('the state of the inbox names what waits and since when', async () => {
  await storeDeliveries(db, [say(ana, 'poison', 'oi'), '{'])
  await drain(createProcessor(db, { one: { message: writeDown(failOn('poison')) } }, clock))
  await storeDeliveries(db, [say(rui, 'later')])
  expect(await readInboxHealth(db)).toEqual({
    deliveries: { received: 1, dead: 1 },
    unfinishedEvents: [{ kind: 'message', state: 'retry', count: 1 }],
    dead: 1,
    oldestWaitingAt: morning,
  })
})

/** As many processes would: each with its own connections, all at the same time. */
async function workSideBySide(count: number, message: HandleEvent): Promise<void> {
  const databases = Array.from({ length: count }, () => openDatabase(db.url))
  try {
    const processors = databases.map((database) => createProcessor(database, { one: { message } }))
    await Promise.all(processors.map((processor) => drain(processor)))
    // One that found a lane busy may have gone home early.
    await drain(createProcessor(db, { one: { message } }))
  } finally {
    await Promise.all(databases.map((database) => database.close()))
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  )
}
