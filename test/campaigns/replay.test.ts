import { pino } from 'pino'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { saveCampaignSettings } from '../../src/campaigns/campaign-store.ts'
import { openDailyRun } from '../../src/campaigns/daily/run-store.ts'
import { createFollowMessages } from '../../src/campaigns/follow-messages.ts'
import { suppressCandidaciesOf } from '../../src/campaigns/log-store.ts'
import { planShop } from '../../src/campaigns/plan-campaigns.ts'
import {
  replayCampaigns,
  type Replay,
  type ReplayQuestion,
} from '../../src/campaigns/replay/replay-campaigns.ts'
import { answerAlerts, reopenAlerts } from '../../src/people/alerts.ts'
import { setConsent } from '../../src/people/consent.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { loadShop, saveShopSettings } from '../../src/shops/shop-store.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  insertAlert,
  insertPerson,
  insertProduct,
  insertShop,
  insertView,
  someMonday,
} from '../support/rows.ts'
import { digestTables } from './table-digests.ts'

const log = pino({ level: 'silent' })
const random = createSeededRandom(3)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = someMonday
const days = 9
const end = new Date(start.getTime() + days * dayMs)
const at = (day: number, hour = 0): Date => new Date(start.getTime() + day * dayMs + hour * hourMs)

interface PlayedDays extends AsyncDisposable {
  db: Database & AsyncDisposable
  shopId: number
}

/** Something that happens to the shop at a moment, whatever the campaigns do. */
interface Happening {
  at: Date
  happens: (db: Database, now: Date) => Promise<void>
}

/**
 * Nine days of a shop as they really went: products sell out and come back, prices fall, people look, ask, buy, write and opt out, and the
 * planners work every three hours, nine o'clock among them, and a little after each change.
 */
async function playDays(capsFromStart?: Record<string, number>): Promise<PlayedDays> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, at(-200))
  await db.execute('update campaigns set is_on = true, on_since = $1', [start])
  await db.transaction((tx) =>
    saveCampaignSettings(tx, shopId, 'loyalty_reward', { settings: { minSpentMinor: 10_000 }, now: at(-20) }),
  )
  const products: number[] = []
  for (let wcId = 1; wcId <= 5; wcId++)
    products.push(
      await insertProduct(db, shopId, at(-180), { wcId, quantity: 0, isInStock: false, isSellable: false }),
    )
  const people: number[] = []
  for (let one = 0; one < 28; one++)
    people.push(await insertPerson(db, shopId, at(-150 + one * 4), { consentAt: at(-100) }))
  const happenings = planHappenings(shopId, products, people)
  if (capsFromStart !== undefined)
    happenings.push({
      at: new Date(start.getTime() + 1),
      happens: async (_, now) => {
        await db.transaction((tx) =>
          saveShopSettings(tx, shopId, { caps: capsFromStart }, { name: 'test', now }),
        )
      },
    })
  const clock = createStandingClock(at(-3))
  const shop = await loadShop(db, shopId)
  const planner = {
    db,
    clock,
    random,
    log,
    wake: () => undefined,
    rereadProducts: async (_: number, ids: readonly number[]) => new Set(ids),
  }
  const moments = new Set<number>(happenings.flatMap((one) => [one.at.getTime(), one.at.getTime() + 120_000]))
  for (let hour = -72; hour <= days * 24; hour += 3) moments.add(at(0, hour).getTime())
  for (const moment of [...moments].sort((a, b) => a - b)) {
    const now = new Date(moment)
    if (now > end) break
    clock.set(now)
    for (const one of happenings.filter((happening) => happening.at.getTime() === moment))
      await one.happens(db, now)
    // Lisbon in winter is UTC.
    if (now >= start && now.getUTCHours() === 9 && now.getUTCMinutes() === 0 && now.getUTCSeconds() === 0)
      await db.transaction((tx) => openDailyRun(tx, shopId, now, now))
    if (now < start) continue
    while ((await planShop(planner, shop)) > 0 || (await send(db, now)) > 0);
  }
  return { db, shopId, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

const follow = createFollowMessages({ answerAlerts, reopenAlerts })

async function send(db: Database, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const sent = await tx.query<{ id: number; personId: number; purpose: 'alert' | 'campaign' }>(
      `update messages set state = 'delivered', started_at = $1, accepted_at = $1, delivered_at = $1
       where state = 'waiting' and due_at <= $1 returning id, person_id, purpose`,
      [now],
    )
    await follow(
      tx,
      sent.map(
        ({ id, purpose }) => ({ messageId: id, purpose, state: 'delivered' as const, reason: null }) as never,
      ),
      now,
    )
    return sent.length
  })
}

function planHappenings(shopId: number, products: number[], people: number[]): Happening[] {
  const happenings: Happening[] = []
  const add = (moment: Date, happens: Happening['happens']): unknown =>
    happenings.push({ at: moment, happens })
  products.forEach((productId, place) => {
    for (const [came, went] of [
      [place * 0.7 - 2, place * 0.7 + 1.2],
      [place * 0.7 + 5.1, place * 0.7 + 9.3],
    ] as const) {
      add(at(came, 0.3), (db, now) => moveStock(db, { shopId, productId, to: 2 + place, now }))
      add(at(went, 0.4), (db, now) => moveStock(db, { shopId, productId, to: 0, now }))
    }
    if (place % 2 === 0) {
      add(at(place + 6, 0.5), (db, now) => movePrice(db, { shopId, productId, to: 1_100, now }))
      add(at(place + 9, 0.5), (db, now) => movePrice(db, { shopId, productId, to: 1_290, now }))
    }
  })
  people.forEach((personId, place) => {
    // The last six are never seen again.
    if (place >= 22) return
    for (let look = 0; look < 4; look++)
      add(at(-3 + ((place * 7 + look * 29) % 110) / 10, place / 60), async (db, now) => {
        const productId = products[(place + look) % products.length] ?? 0
        await insertView(db, shopId, { personId, productId, at: now, isSoldOut: false })
        await db.execute(
          `update product_views set price_minor = 1290 where person_id = $1 and product_id = $2 and at = $3`,
          [personId, productId, now],
        )
        await db.execute(
          `update product_interest set last_price_minor = 1290 where person_id = $1 and product_id = $2`,
          [personId, productId],
        )
      })
    if (place % 6 === 1)
      add(at((place % 9) - 1, 1.1), (db, now) =>
        insertAlert(db, shopId, { personId, productId: products[place % 5] ?? 0, askedAt: now }).then(
          () => undefined,
        ),
      )
    if (place % 7 === 2)
      add(at(1 + (place % 11), 2.2), (db, now) => placeOrder(db, { shopId, personId, wcId: place, now }))
    if (place % 9 === 3)
      add(at(2 + (place % 10), 3.3), (db, now) =>
        db
          .transaction((tx) =>
            setConsent(
              tx,
              {
                onOptOut: async (opting, gone) => {
                  await suppressCandidaciesOf(opting, gone.personId, {
                    ...gone,
                    triggers: ['asked', 'viewed', 'daily'],
                  })
                },
              },
              { shopId, personId, to: 'opted_out', how: 'keyword', now },
            ),
          )
          .then(() => undefined),
      )
    if (place % 8 === 5) add(at(3 + (place % 9), 4.4), (db, now) => write(db, { shopId, personId, now }))
    // Everybody said yes once, as the log has it.
    add(at(-2.9), (db, now) =>
      db
        .execute(
          `insert into consent_log (shop_id, person_id, purpose, state, how, at) values ($1, $2, 'marketing', 'opted_in', 'keyword', $3)`,
          [shopId, personId, now],
        )
        .then(() => undefined),
    )
  })
  return happenings
}

async function moveStock(
  db: Database,
  move: { shopId: number; productId: number; to: number; now: Date },
): Promise<void> {
  const inStock = move.to > 0
  await db.execute(
    `insert into stock_events (shop_id, product_id, from_quantity, to_quantity, from_in_stock, to_in_stock, cause, source, at, seen_at)
     select $1, id, stock_quantity, $3, is_in_stock, $4, 'edit', 'webhook', $5, $5 from products where id = $2`,
    [move.shopId, move.productId, move.to, inStock, move.now],
  )
  await db.execute(
    'update products set stock_quantity = $2, is_in_stock = $3, is_sellable = $3 where id = $1',
    [move.productId, move.to, inStock],
  )
  if (inStock)
    await db.execute(
      `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause) values ($1, $2, $3::timestamptz - interval '1 day', $3, $3, 'edit')`,
      [move.shopId, move.productId, move.now],
    )
  else
    await db.execute('update stock_cycles set closed_at = $2 where product_id = $1 and closed_at is null', [
      move.productId,
      move.now,
    ])
}

async function movePrice(
  db: Database,
  move: { shopId: number; productId: number; to: number; now: Date },
): Promise<void> {
  await db.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select $1, id, price_minor, $3, 'EUR', 'webhook', $4, $4 from products where id = $2`,
    [move.shopId, move.productId, move.to, move.now],
  )
  await db.execute('update products set price_minor = $2 where id = $1', [move.productId, move.to])
}

async function placeOrder(
  db: Database,
  order: { shopId: number; personId: number; wcId: number; now: Date },
): Promise<void> {
  await db.execute(
    `with made as (
       insert into orders (shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, placed_at, paid_at, modified_at, created_at, updated_at)
       values ($1, $2::bigint, $2::bigint::text, 'processing', true, $3, 'EUR', 1290, 1290, $4, $4, $4, $4, $4) returning id)
     insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, name, quantity, total_minor)
     select $1, id, 1, 1 + $2::bigint % 5, 'Product', 1, 1290 from made`,
    [order.shopId, order.wcId, order.personId, order.now],
  )
  await db.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at) values ($1, $2, 1, $3, $3, 1290, $3)`,
    [order.personId, order.shopId, order.now],
  )
}

async function write(db: Database, from: { shopId: number; personId: number; now: Date }): Promise<void> {
  await db.execute(
    `insert into inbound_messages (shop_id, person_id, phone_number_id, wamid, type, body, payload, at, received_at)
     select $1, $2, id, 'wamid.' || $2::bigint, 'text', 'Hello', '{}', $3, $3 from phone_numbers`,
    [from.shopId, from.personId, from.now],
  )
  await db.execute('update people set last_inbound_at = $2 where id = $1', [from.personId, from.now])
  // Answered two hours later.
  await db.execute(
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, due_at, created_at)
     select $1, $2, id, 'reply', 0, 'sent', 'reply.' || $2::bigint, 1, $3::timestamptz + interval '2 hours', $3::timestamptz + interval '2 hours' from phone_numbers`,
    [from.shopId, from.personId, from.now],
  )
}

// Others may be using the machine, and this is a few thousand rounds of planning.
describe('nine days decided again', { timeout: 180_000 }, () => {
  let world: PlayedDays
  beforeAll(async () => {
    world = await playDays()
  }, 180_000)
  afterAll(() => world[Symbol.asyncDispose]())

  const replay = (changes: ReplayQuestion['changes'], lastDays = days): Promise<Replay> =>
    replayCampaigns(
      { db: world.db, random, log },
      { shopId: world.shopId, days: lastDays, now: end, changes, limit: 1_000, maximumMs: 120_000 },
    )

  const told = (replayed: Replay, side: 'happened' | 'replayed'): number =>
    replayed.outcomes.filter((one) => one.outcome === 'told').reduce((sum, one) => sum + one[side], 0)

  // From the first day, and from the middle of it all: what was decided before stays.
  test.each([days, 5])('under the same settings the last %i come to what happened', async (lastDays) => {
    const before = await digestTables(world.db)
    const same = await replay({}, lastDays)
    expect(await digestTables(world.db)).toEqual(before)
    expect(same.differences).toEqual({ count: 0, first: [] })
    expect(same.outcomes.length).toBeGreaterThan(6)
    expect(told(same, 'happened')).toBeGreaterThan(10)
    for (const one of same.outcomes) expect(one.replayed, JSON.stringify(one)).toBe(one.happened)
  })

  test('under a cap twice as wide comes to what would have happened', async () => {
    const caps = { campaignEveryDays: 3, messagesPer30Days: 8, campaignsPer30DaysWithOpenAlert: 6 }
    const wider = await replay({ settings: { caps } })
    expect(told(wider, 'replayed')).toBeGreaterThan(told(wider, 'happened'))
    await using other = await playDays(caps)
    const happenedThere = await other.db.query<{
      kind: string
      outcome: string
      reason: string | null
      count: number
    }>(
      `select c.kind, case when l.message_id is not null and l.state = 'delivered' then 'told' else l.state end as outcome, l.reason,
         count(*)::int as count
       from reengagement_log l join campaigns c on c.id = l.campaign_id where l.considered_at > $1 and l.considered_at <= $2
       group by 1, 2, 3`,
      [start, end],
    )
    const inOrder = (
      rows: { kind: string; outcome: string; reason: string | null; count: number }[],
    ): string[] => rows.map((row) => `${row.kind} ${row.outcome} ${row.reason ?? ''} ${row.count}`).sort()
    const replayed = wider.outcomes
      .filter((one) => one.replayed > 0)
      .map(({ kind, outcome, reason, replayed: count }) => ({ kind, outcome, reason, count }))
    expect(inOrder(replayed)).toEqual(inOrder(happenedThere))
    // Each difference is somebody who is told now, or who is told something else at another time because of it.
    expect(wider.differences.count).toBe(wider.differences.first.length)
    expect(
      wider.differences.first.some(
        (one) => one.happened?.reason === 'cap_7d' && one.replayed?.outcome === 'told',
      ),
    ).toBe(true)
  })

  test('an audience nobody is in tells nobody, and impossible settings are refused', async () => {
    const nobody = { audience: { include: { tags: ['nobody'] } } }
    const quiet = await replay({ campaigns: { we_miss_you: nobody } })
    const missed = quiet.outcomes.filter((one) => one.kind === 'we_miss_you' && one.outcome === 'told')
    expect(missed.map((one) => one.replayed)).toEqual([0])
    await expect(replay({ settings: { caps: { campaignEveryDays: 0 } } })).rejects.toMatchObject({
      code: 'settings_refused',
    })
    await expect(replay({ campaigns: { birthday: {} } })).rejects.toMatchObject({ code: 'kind_unknown' })
  })
})
