import { pino } from 'pino'
import { saveCampaignSettings } from '../../src/campaigns/campaign-store.ts'
import { openDailyRun } from '../../src/campaigns/daily/run-store.ts'
import { createFollowMessages } from '../../src/campaigns/follow-messages.ts'
import { suppressCandidaciesOf } from '../../src/campaigns/log-store.ts'
import { planShop } from '../../src/campaigns/plan-campaigns.ts'
import { recountPurchases } from '../../src/orders/purchases-store.ts'
import { answerAlerts, reopenAlerts } from '../../src/people/alerts.ts'
import { setConsent } from '../../src/people/consent.ts'
import { recordViews } from '../../src/people/record-views.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSeededRandom, type Random } from '../../src/platform/random.ts'
import { loadShop, saveShopSettings } from '../../src/shops/shop-store.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertProduct, insertShop, someMonday } from '../support/rows.ts'

export const log = pino({ level: 'silent' })
const hourMs = 3_600_000
const dayMs = 24 * hourMs
export const start = someMonday
export const days = 9
export const end = new Date(start.getTime() + days * dayMs)
const at = (day: number, hour = 0): Date => new Date(start.getTime() + day * dayMs + hour * hourMs)

export interface PlayedDays extends AsyncDisposable {
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
 * planners work whenever something is due. What happens is drawn by the seed.
 */
export async function playDays(seed: number, capsFromStart?: Record<string, number>): Promise<PlayedDays> {
  const db = await createTestDatabase({ prepares: true })
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
  await db.execute(
    `update products set category_ids = array[1 + wc_id % 2], first_published_at = $1 where wc_id > 3`,
    [at(-8)],
  )
  const random = createSeededRandom(seed)
  const people: number[] = []
  for (let one = 0; one < 28; one++) {
    people.push(await insertPerson(db, shopId, at(-150 + one * 4), { consentAt: at(-100) }))
    if (one % 3 === 0)
      await boughtLongAgo(db, {
        shopId,
        personId: people[one] ?? 0,
        at: at(-65 - random.below(100)),
        spent: random.below(20_000),
      })
  }
  // Two turned out to be one.
  await db.execute('update people set root_id = $1, merged_into = nullif($1, id) where id = any($2)', [
    people[1],
    people.slice(1, 3),
  ])
  const happenings = planHappenings({ shopId, products, people, random })
  if (capsFromStart !== undefined)
    happenings.push({
      at: new Date(start.getTime() + 1),
      happens: async (_, now) => {
        await db.transaction((tx) =>
          saveShopSettings(tx, shopId, { caps: capsFromStart }, { name: 'test', now }),
        )
      },
    })
  await play(db, shopId, happenings)
  return { db, shopId, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

async function play(db: Database, shopId: number, happenings: Happening[]): Promise<void> {
  const clock = createStandingClock(at(-4))
  const shop = await loadShop(db, shopId)
  const planner = {
    db,
    clock,
    random: createSeededRandom(3),
    log,
    wake: () => undefined,
    rereadProducts: async (_: number, ids: readonly number[]) => new Set(ids),
  }
  // Lisbon in winter is UTC. On two days nothing ran before the afternoon.
  const nines = Array.from({ length: days + 1 }, (_, day) => ({
    slot: at(day, 9 - start.getUTCHours()),
    at: at(day, (day % 4 === 2 ? 13 : 9) - start.getUTCHours()),
  })).filter(({ slot }) => slot >= start)
  const known = [...happenings.map((one) => one.at), ...nines.map((nine) => nine.at)]
    .map((moment) => moment.getTime())
    .sort((a, b) => a - b)
  for (let from = at(-4); ;) {
    const planned = known.find((moment) => moment > from.getTime()) ?? Infinity
    const due = from < start ? Infinity : ((await findDue(db, from))?.getTime() ?? Infinity)
    const now = new Date(Math.min(planned, due, end.getTime()))
    clock.set(now)
    for (const one of happenings.filter((happening) => happening.at.getTime() === now.getTime()))
      await one.happens(db, now)
    for (const { slot } of nines.filter((nine) => nine.at.getTime() === now.getTime()))
      await db.transaction((tx) => openDailyRun(tx, { shopId, slot, now }))
    if (now >= start) while ((await planShop(planner, shop)) > 0 || (await send(db, now)) > 0);
    if (now.getTime() === end.getTime()) return
    from = now
  }
}

/** When something waits to be looked at again, people by the ten minutes. */
async function findDue(db: Database, after: Date): Promise<Date | undefined> {
  const [row] = await db.query<{ wave: Date | null; end: Date | null; person: Date | null }>(
    `select (select min(next_wave_at) from campaign_runs where state in ('new', 'running') and next_wave_at > $1) as wave,
       (select min(expires_at) from campaign_runs where state <> 'done' and expires_at > $1) as end,
       (select min(retry_at) from reengagement_log where state = 'waiting' and retry_at > $1) as person`,
    [after],
  )
  const tenMinutes = 600_000
  const moments = [
    row?.wave,
    row?.end,
    row?.person === null || row?.person === undefined
      ? null
      : new Date(Math.ceil(row.person.getTime() / tenMinutes) * tenMinutes),
  ]
  return moments.filter((moment) => moment instanceof Date).sort((a, b) => a.getTime() - b.getTime())[0]
}

async function boughtLongAgo(
  db: Database,
  order: { shopId: number; personId: number; at: Date; spent: number },
): Promise<void> {
  await db.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at) values ($1, $2, 4, $3, $3, $4, $3)`,
    [order.personId, order.shopId, order.at, order.spent],
  )
  await db.execute(
    `insert into orders (shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, placed_at, paid_at, modified_at, created_at, updated_at)
     select $1, 1000 + $2::bigint * 4 + n, 'old', 'completed', true, $2::bigint, 'EUR', $4::int / 4, $4::int / 4, $3, $3, $3, $3, $3 from generate_series(0, 3) n`,
    [order.shopId, order.personId, order.at, order.spent],
  )
  await db.execute(`update person_purchases set spent_minor = 4 * ($2::int / 4) where person_id = $1`, [
    order.personId,
    order.spent,
  ])
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

function planHappenings(shop: {
  shopId: number
  products: number[]
  people: number[]
  random: Random
}): Happening[] {
  const { shopId, products, people, random } = shop
  const happenings: Happening[] = []
  const taken = new Set<number>()
  /** A moment of its own within these days: whole minutes, an odd number of seconds. */
  const someMoment = (fromDay: number, toDay: number): Date => {
    for (;;) {
      const moment = at(fromDay).getTime() + random.below((toDay - fromDay) * 1_440) * 60_000 + 7_000
      if (!taken.has(moment)) {
        taken.add(moment)
        return new Date(moment)
      }
    }
  }
  const add = (moment: Date, happens: Happening['happens']): unknown =>
    happenings.push({ at: moment, happens })
  const oneOf = <T>(all: readonly T[]): T => all[random.below(all.length)]!
  for (const productId of products) {
    const turns = Array.from({ length: 4 + random.below(3) }, () => someMoment(-2, days)).sort(
      (a, b) => a.getTime() - b.getTime(),
    )
    turns.forEach((moment, turn) =>
      add(moment, (db, now) =>
        moveStock(db, { shopId, productId, to: turn % 2 === 0 ? 1 + random.below(6) : 0, now }),
      ),
    )
    for (let fall = 0; fall < 3; fall++)
      add(someMoment(-1, days), (db, now) =>
        movePrice(db, { shopId, productId, to: 900 + random.below(500), now }),
      )
  }
  for (const personId of people) {
    // Everybody said yes once, as the log has it.
    add(someMoment(-4, -3), async (db, now) => {
      await db.execute(
        `insert into consent_log (shop_id, person_id, purpose, state, how, at) values ($1, $2, 'marketing', 'opted_in', 'keyword', $3)`,
        [shopId, personId, now],
      )
    })
  }
  // Some are never seen again.
  const seen = people.slice(0, 20)
  for (let look = 0; look < 80; look++)
    add(someMoment(-3, days), (db, now) =>
      lookAt(db, { shopId, personId: oneOf(seen), productId: oneOf(products), now }),
    )
  for (let alert = 0; alert < 8; alert++) {
    const [personId, productId] = [oneOf(seen), oneOf(products)]
    add(someMoment(-2, days), async (db, now) => {
      await addAlert(db, { shopId, personId, productId, now })
    })
  }
  seen.forEach((personId, place) => {
    if (random.below(3) === 0)
      add(someMoment(0, days), (db, now) => placeOrder(db, { shopId, personId, wcId: place, now }))
    if (random.below(6) === 0) add(someMoment(0, days), (db, now) => optOut(db, { shopId, personId, now }))
    if (random.below(4) === 0) add(someMoment(0, days), (db, now) => write(db, { shopId, personId, now }))
  })
  return happenings
}

async function lookAt(
  db: Database,
  look: { shopId: number; personId: number; productId: number; now: Date },
): Promise<void> {
  const { shopId, personId, productId, now } = look
  const [product] = await db.query<{ inStock: boolean; price: number }>(
    'select is_in_stock as in_stock, price_minor as price from products where id = $1',
    [productId],
  )
  await db.transaction((tx) =>
    recordViews(tx, [
      {
        shopId,
        personId,
        productId,
        kind: 'view',
        source: 'chat',
        sourceKey: `${personId}:${now.getTime()}`,
        priceMinor: product?.price ?? null,
        currency: 'EUR',
        inStock: product?.inStock ?? null,
        isWholeProductSoldOut: product?.inStock === false,
        at: now,
        receivedAt: now,
      },
    ]),
  )
}

async function addAlert(
  db: Database,
  alert: { shopId: number; personId: number; productId: number; now: Date },
): Promise<void> {
  await db.execute(
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, source, asked_at, expires_at)
     values ($1, $2, $3, 'back_in_stock', false, 'chat', $4, $4::timestamptz + interval '90 days') on conflict do nothing`,
    [alert.shopId, alert.personId, alert.productId, alert.now],
  )
}

async function optOut(db: Database, from: { shopId: number; personId: number; now: Date }): Promise<void> {
  await db.transaction((tx) =>
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
      { ...from, to: 'opted_out', how: 'keyword' },
    ),
  )
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
  await db.transaction(async (tx) => {
    await tx.execute(
      `with made as (
         insert into orders (shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, placed_at, paid_at, modified_at, created_at, updated_at)
         values ($1, $2::bigint, $2::bigint::text, 'processing', true, $3, 'EUR', 1290, 1290, $4, $4, $4, $4, $4) returning id)
       insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, name, quantity, total_minor)
       select $1, id, 1, 1 + $2::bigint % 5, 'Product', 1, 1290 from made`,
      [order.shopId, order.wcId, order.personId, order.now],
    )
    await recountPurchases(tx, [order.personId], order.now)
  })
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
