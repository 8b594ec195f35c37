import { describe, expect, test } from 'vitest'
import { insertEvents } from '../../src/intake/event-store.ts'
import { replayInbox } from '../../src/intake/replay-inbox.ts'
import { someMonday } from '../support/rows.ts'
import { createRetentionWorld, daysAgo } from './retention-world.ts'
import {
  alert,
  click,
  decision,
  delivery,
  event,
  inbound,
  ledgerEntry,
  message,
  priceEvent,
  stockEvent,
  view,
} from './rows.ts'

const oldest = 3_000

describe('to the millisecond', () => {
  test.each([
    ['views', 150, 'product_views', view, {}],
    ['clicks', 150, 'clicks', click, {}],
    ['deliveries', 14, 'inbox_deliveries', delivery, {}],
    ['decisions', 400, 'reengagement_log', decision, {}],
    ['alerts', 400, 'alerts', alert, {}],
  ] as const)(
    '%s are kept for %i days, and are gone a moment later',
    async (what, days, table, row, more) => {
      await using world = await createRetentionWorld()
      const { shopId } = world
      const ages = [daysAgo(oldest), daysAgo(days, -1), daysAgo(days), daysAgo(days, 1), someMonday]
      const ids = await world.insert(
        table,
        ages.map((at) => row(shopId, at, more)),
      )
      expect(await world.night()).toEqual({ [what]: 2 })
      expect(await world.ids(table)).toEqual(ids.slice(2))
      expect(await world.night()).toEqual({})
      world.clock.advance(1)
      expect(await world.night()).toEqual({ [what]: 1 })
      expect(await world.ids(table)).toEqual(ids.slice(3))
    },
  )

  test.each([
    ['payloads', 14, 'inbox_events', event, `payload <> ''`],
    ['sentTexts', 180, 'messages', message, 'content is not null'],
    ['receivedTexts', 180, 'inbound_messages', inbound, `payload <> '' and body is not null`],
  ] as const)('%s are kept for %i days; the rows stay', async (what, days, table, row, isThere) => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    const ages = [daysAgo(oldest), daysAgo(days, -1), daysAgo(days), daysAgo(days, 1), someMonday]
    const ids = await world.insert(
      table,
      ages.map((at) => row(shopId, at)),
    )
    expect(await world.night()).toEqual({ [what]: 2 })
    expect(await world.ids(table, isThere)).toEqual(ids.slice(2))
    expect(await world.ids(table)).toEqual(ids)
    expect(await world.night()).toEqual({})
    world.clock.advance(1)
    expect(await world.night()).toEqual({ [what]: 1 })
  })

  test('each shop has times of its own', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    await world.settle({ retention: { viewDays: 30, changeDays: 60 } })
    await world.insert('product_views', [view(shopId, daysAgo(31)), view(shopId + 1, daysAgo(31))])
    await world.insert('price_events', [priceEvent(shopId, daysAgo(62)), priceEvent(shopId, daysAgo(61))])
    expect(await world.night()).toEqual({ views: 1, priceEvents: 1 })
    expect(await world.ids('product_views', `shop_id = ${shopId + 1}`)).toHaveLength(1)
  })
})

test('of views and interest the sums stay', async () => {
  await using world = await createRetentionWorld()
  const { shopId } = world
  await world.insert('product_views', [view(shopId, daysAgo(200))])
  await world.db.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views) values (1, 1, $1, $2, $2, 1)`,
    [shopId, daysAgo(200)],
  )
  await world.db.execute('insert into category_interest values (1, 7, $1, 1, 0)', [shopId])
  expect(await world.night()).toEqual({ views: 1 })
  expect(await world.db.query('select views from product_interest')).toEqual([{ views: 1 }])
  expect(await world.db.query('select views from category_interest')).toEqual([{ views: 1 }])
})

describe('what came in', () => {
  test('stays as long as something of it is unfinished or dead', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    const old = daysAgo(100)
    const states = ['done', 'ignored', 'dead', 'waiting', 'retry']
    const deliveries = await world.insert('inbox_deliveries', [
      ...states.map(() => delivery(shopId, old)),
      delivery(shopId, old, { state: 'dead' }),
      delivery(shopId, old, { state: 'received' }),
    ])
    const events = await world.insert(
      'inbox_events',
      states.flatMap((state, at) => [
        event(shopId, old, { delivery_id: deliveries[at], state }),
        event(shopId, old, { delivery_id: deliveries[at] }),
      ]),
    )
    expect(await world.night()).toEqual({ deliveries: 2, payloads: 7 })
    expect(await world.ids('inbox_deliveries')).toEqual(deliveries.slice(2))
    const kept = [events[4], events[6], events[8]]
    expect(await world.ids('inbox_events', `payload <> ''`)).toEqual(kept)

    // The dead letter is replayed and done: now it may go.
    await world.db.execute(`update inbox_events set state = 'done' where id = $1`, [events[4]])
    expect(await world.night()).toEqual({ deliveries: 1, payloads: 1 })
  })

  test('of no shop in particular, by the shortest time', async () => {
    await using world = await createRetentionWorld()
    await world.settle({ retention: { rawBodyDays: 7 } })
    await world.insert('inbox_deliveries', [delivery(null, daysAgo(8)), delivery(null, daysAgo(6))])
    await world.insert('inbox_events', [event(null, daysAgo(8)), event(null, daysAgo(6))])
    expect(await world.night()).toEqual({ deliveries: 1, payloads: 1 })
  })

  test('is still known when a copy of it comes late, and is not handled once more', async () => {
    await using world = await createRetentionWorld()
    const { shopId, db } = world
    const [id] = await world.insert('inbox_events', [
      event(shopId, daysAgo(20), { dedupe_key: 'wamid.1', state: 'ignored' }),
    ])
    await world.night()
    await db.transaction((tx) =>
      insertEvents(
        tx,
        [
          {
            deliveryId: 9,
            source: 'whatsapp',
            shopId,
            kind: 'message',
            lane: null,
            sequence: 0,
            dedupeKey: 'wamid.1',
            payload: '{}',
            state: 'waiting',
            reason: null,
            receivedAt: someMonday,
          },
        ],
        someMonday,
      ),
    )
    await replayInbox(
      { db, wake: () => undefined },
      { kind: 'ids', events: [id!], deliveries: [] },
      someMonday,
    )
    expect(await db.query('select id, state, payload from inbox_events')).toEqual([
      { id, state: 'ignored', payload: '' },
    ])
  })
})

test('a message that has yet to be sent keeps its words, and what was sent keeps its place in the caps', async () => {
  await using world = await createRetentionWorld()
  const { shopId } = world
  const states = ['waiting', 'sending', 'uncertain', 'accepted', 'read', 'failed', 'suppressed', 'held_out']
  await world.insert(
    'messages',
    states.map((state) => message(shopId, daysAgo(200), { state })),
  )
  expect(await world.night()).toEqual({ sentTexts: 5 })
  expect(
    await world.db.query(`select state, counted_at from messages where content is not null order by id`),
  ).toEqual(['waiting', 'sending', 'uncertain'].map((state) => ({ state, countedAt: daysAgo(200) })))
})

describe('decisions', () => {
  test('go when they are final, with their links; open ones stay', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    const states = [
      'waiting',
      'reserved',
      'uncertain',
      'sent',
      'delivered',
      'failed',
      'unknown',
      'suppressed',
      'held_out',
      'expired',
    ]
    const ids = await world.insert(
      'reengagement_log',
      states.map((state) => decision(shopId, daysAgo(500), { state })),
    )
    await world.db.execute(
      'insert into message_candidacies (message_id, candidacy_id) select 1, unnest($1::bigint[])',
      [ids],
    )
    expect(await world.night()).toEqual({ decisions: 7 })
    expect(await world.ids('reengagement_log')).toEqual(ids.slice(0, 3))
    expect(await world.db.query('select candidacy_id as id from message_candidacies order by 1')).toEqual(
      ids.slice(0, 3).map((id) => ({ id })),
    )
  })

  test('that the accounts or a coupon name stay', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    const ids = await world.insert(
      'reengagement_log',
      [1, 2, 3, 4, 5].map(() => decision(shopId, daysAgo(500), { state: 'failed' })),
    )
    await world.insert('attribution_ledger', [ledgerEntry(shopId, daysAgo(490), { candidacy_id: ids[0] })])
    const coupons = [
      ['made', daysAgo(486)],
      ['made', daysAgo(1)],
      ['to_delete', daysAgo(486)],
    ] as const
    await world.insert(
      'coupons',
      coupons.map(([state, expiresAt], at) => ({
        id: at + 1,
        shop_id: shopId,
        person_id: 1,
        candidacy_id: ids[at + 1],
        code: `code${at}`,
        percent_bps: 1_000,
        last_day: '2025-01-01',
        expires_at: expiresAt,
        state,
        attempts: 0,
        due_at: expiresAt,
        created_at: expiresAt,
        updated_at: expiresAt,
      })),
    )
    expect(await world.night()).toEqual({ decisions: 2 })
    expect(await world.ids('reengagement_log')).toEqual([ids[0], ids[2], ids[3]])
  })

  test('that somebody was told of stay as long as a rule may look back at them', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    await world.settle({
      retention: { decisionDays: 60, messageTextDays: 3_650 },
      winBack: { restDays: 700 },
    })
    const told = await world.insert('messages', [
      message(shopId, daysAgo(701)),
      message(shopId, daysAgo(100)),
      message(shopId, daysAgo(100), { state: 'failed', counted_at: null }),
    ])
    const ids = await world.insert('reengagement_log', [
      decision(shopId, daysAgo(701), { state: 'delivered', message_id: told[0] }),
      decision(shopId, daysAgo(100), { state: 'delivered', message_id: told[1] }),
      decision(shopId, daysAgo(100), { state: 'failed', message_id: told[2] }),
      decision(shopId, daysAgo(100)),
    ])
    expect(await world.night()).toEqual({ decisions: 3 })
    expect(await world.ids('reengagement_log')).toEqual([ids[1]])
  })

  test('the lowest price that somebody was told stays for good', async () => {
    await using world = await createRetentionWorld()
    const { shopId } = world
    const messages = await world.insert(
      'messages',
      [1, 2, 3, 4, 5].map(() => message(shopId, daysAgo(900), { content: null })),
    )
    const prices = [
      { price_minor: 900 },
      { price_minor: 700 },
      { price_minor: 700 },
      { price_minor: 650, item_key: 'sku:B' },
      { price_minor: 800, person_id: 2 },
    ]
    const ids = await world.insert(
      'reengagement_log',
      prices.map((more, at) =>
        decision(shopId, daysAgo(900), { state: 'delivered', message_id: messages[at], ...more }),
      ),
    )
    expect(await world.night()).toEqual({ decisions: 2 })
    expect(await world.ids('reengagement_log')).toEqual(ids.slice(2))
    expect(await world.night()).toEqual({})
  })
})

describe('changes of stock and price', () => {
  test.each([
    ['stockEvents', 'stock_events', stockEvent],
    ['priceEvents', 'price_events', priceEvent],
  ] as const)(
    '%s: the last before the window stays, so that what held then is known',
    async (what, table, row) => {
      await using world = await createRetentionWorld()
      const { shopId } = world
      const ids = await world.insert(table, [
        row(shopId, daysAgo(900)),
        row(shopId, daysAgo(500), { product_id: 2 }),
        row(shopId, daysAgo(450)),
        row(shopId, daysAgo(400, -1)),
        row(shopId, daysAgo(400, -1)),
        row(shopId, daysAgo(400)),
        row(shopId, daysAgo(10)),
      ])
      expect(await world.night()).toEqual({ [what]: 3 })
      expect(await world.ids(table)).toEqual([ids[1], ids[4], ids[5], ids[6]])
      expect(await world.night()).toEqual({})
    },
  )
})

test('clicks on messages that have earned something stay: an order’s credit may be worked out anew', async () => {
  await using world = await createRetentionWorld()
  const { shopId } = world
  const ids = await world.insert('clicks', [
    click(shopId, daysAgo(200), { message_id: 5 }),
    click(shopId, daysAgo(200), { message_id: 6 }),
  ])
  await world.insert('attribution_ledger', [ledgerEntry(shopId, daysAgo(199), { message_id: 5 })])
  expect(await world.night()).toEqual({ clicks: 1 })
  expect(await world.ids('clicks')).toEqual([ids[0]])
})

test('an alert that is open stays, however long ago it was asked for', async () => {
  await using world = await createRetentionWorld()
  const { shopId } = world
  const [id] = await world.insert('alerts', [alert(shopId, null, { asked_at: daysAgo(900) })])
  await world.insert('alerts', [alert(shopId, daysAgo(600))])
  expect(await world.night()).toEqual({ alerts: 1 })
  expect(await world.ids('alerts')).toEqual([id])
})
