import type { CampaignKindName } from '../../src/campaigns/campaign-kinds.ts'
import type { ClaimedMessage } from '../../src/outbox/message.ts'
import { laneOf } from '../../src/outbox/purpose.ts'
import type { Database, Sql } from '../../src/platform/database.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertShop, someMonday } from '../support/rows.ts'

const dayMs = 86_400_000

export interface Reserve {
  kind: CampaignKindName
  personIds: readonly number[]
  /** Asked for. */
  isAlert?: boolean
  dueAt?: Date
  /** What the candidacy says beside what all have, as SQL sets it: `expires_at = now() …`. */
  over?: string
}

/** A shop with a history: people who looked at things, bought some, and were written to; all campaigns are on. */
export interface PrepareWorld extends AsyncDisposable {
  db: Database
  shopId: number
  phoneNumberId: number
  people: number[]
  products: number[]
  /** One message for each person, with its candidacy, as planning leaves them; ids in the order of the people. */
  reserve(what: Reserve): Promise<ClaimedMessage[]>
}

export const now = someMonday
/** When what is told about happened. */
const before = new Date(now.getTime() - 3_600_000)

export async function createPrepareWorld(size: { people: number; products: number }): Promise<PrepareWorld> {
  const db = await createTestDatabase()
  const { shopId, phoneNumberId } = await insertShop(db, before)
  await db.execute('update campaigns set is_on = true, on_since = $1', [before])
  await insertProducts(db, shopId, size.products)
  await insertPeople(db, shopId, size.people)
  await insertInterest(db, shopId)
  await insertPurchases(db, shopId)
  await insertHistory(db, { shopId, phoneNumberId })
  await db.execute('analyze')
  const idsOf = async (table: string): Promise<number[]> =>
    (await db.query<{ id: number }>(`select id from ${table} order by id`)).map(({ id }) => id)
  const world = {
    db,
    shopId,
    phoneNumberId,
    people: await idsOf('people'),
    products: await idsOf('products'),
  }
  return {
    ...world,
    reserve: (what) => reserve(world, what),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

async function insertProducts(sql: Sql, shopId: number, count: number): Promise<void> {
  await sql.execute(
    `insert into products (shop_id, wc_id, kind, status, is_visible, name, retailer_id, item_key, permalink, image_url, category_ids, currency,
       price_minor, stock_managed_by, stock_quantity, stock_status, min_quantity, is_in_stock, is_sellable, first_published_at, modified_at,
       created_at, updated_at)
     select $1, n, 'simple', 'publish', true, 'Product ' || n, 'wc_' || n, 'id:' || n, 'https://shop.example/product/p' || n || '/',
       'https://shop.example/p.png', array[n % 9 + 1], 'EUR', 1000 + n, 'own', 5, 'instock', 1, true, n % 11 <> 0,
       $3::timestamptz - make_interval(hours => n), $3, $3, $3
     from generate_series(1, $2::int) n`,
    [shopId, count, now],
  )
  await sql.execute(
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause)
     select shop_id, id, $1::timestamptz - interval '1 day', $1, $1, 'edit' from products`,
    [before],
  )
}

async function insertPeople(sql: Sql, shopId: number, count: number): Promise<void> {
  await sql.execute(
    `insert into people (shop_id, public_id, root_id, first_name, language, country, send_regions, consent, consent_at, meta_stop, created_at, updated_at)
     select $1, 'person-' || n, 0, 'Ana', case when n % 2 = 0 then 'en' end, 'PT', '{PT|Europe/Lisbon}', 'opted_in', $3, false, $3, $3
     from generate_series(1, $2::int) n`,
    [shopId, count, new Date(now.getTime() - 300 * dayMs)],
  )
  await sql.execute('update people set root_id = id')
}

async function insertInterest(sql: Sql, shopId: number): Promise<void> {
  await sql.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views)
     select w.id, p.id, $1, $2, $2::timestamptz - make_interval(mins => (w.id * 7 + p.id)::int % 1000), 1 from people w
       join products p on p.id % 40 = w.id % 40 and p.id % 3 = w.id % 3`,
    [shopId, new Date(now.getTime() - 20 * dayMs)],
  )
  await sql.execute(
    `insert into category_interest (person_id, category_id, shop_id, views, purchases)
     select w.id, c, $1, 1 + (w.id + c) % 4, 0 from people w, generate_series(1, 9) c where (w.id + c) % 2 = 0`,
    [shopId],
  )
}

async function insertPurchases(sql: Sql, shopId: number): Promise<void> {
  const at = new Date(now.getTime() - 70 * dayMs)
  await sql.execute(
    `insert into orders (shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, placed_at, modified_at, created_at, updated_at)
     select $1, w.id * 10 + n, n, 'completed', n < 3, w.id, 'EUR', 100, 100, $2::timestamptz - make_interval(days => n), $2, $2, $2
     from people w, generate_series(1, 3) n where w.id % 5 <> 0`,
    [shopId, at],
  )
  await sql.execute(
    `insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, name, quantity, total_minor)
     select o.shop_id, o.id, n, (o.id * 3 + n) % (select count(*) from products) + 1, 'Bought ' || o.id || '.' || n, 1, 100 * n
     from orders o, generate_series(1, 2) n`,
  )
  await sql.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     select id, $1, 2, $2, $2, 40000, $2 from people where id % 5 <> 0`,
    [shopId, at],
  )
}

async function insertHistory(
  sql: Sql,
  { shopId, phoneNumberId }: { shopId: number; phoneNumberId: number },
): Promise<void> {
  await sql.execute(
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, due_at, counted_at, created_at)
     select $1, w.id, $2, 'campaign', 2, 'delivered', 'old:' || w.id || ':' || n, 0, at, at, at
     from people w, generate_series(1, 3) n, lateral (select $3::timestamptz - make_interval(days => 9 * n) as at) times`,
    [shopId, phoneNumberId, now],
  )
  await sql.execute('insert into contact_budgets (person_id, shop_id) select id, shop_id from people')
}

async function reserve(
  { db, shopId, phoneNumberId, products }: Omit<PrepareWorld, 'reserve' | keyof AsyncDisposable>,
  { kind, personIds, isAlert = false, dueAt = before, over }: Reserve,
): Promise<ClaimedMessage[]> {
  const purpose = isAlert ? 'alert' : 'campaign'
  const hasProduct = ['back_in_stock', 'price_drop', 'browse_reminder'].includes(kind)
  return db.transaction(async (tx) => {
    const messages = await tx.query<{ id: number; personId: number }>(
      `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, callback_id, attempt, due_at, expires_at,
         counted_at, created_at)
       select $1, person_id, $2, c.id, $3, $4, 'waiting', gen_random_uuid()::text, 0, $5, $5::timestamptz + interval '3 days', $5, $5
       from campaigns c, unnest($6::bigint[]) with ordinality who(person_id, at) where c.kind = $7 order by who.at returning id, person_id`,
      [shopId, phoneNumberId, purpose, laneOf(purpose), dueAt, personIds, kind],
    )
    const log = await tx.query<{ id: number; messageId: number }>(
      `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
         settings_version, reference_minor, price_minor, state, reason_count, message_id, reservations, cycle_id, choice, expires_at,
         considered_at, updated_at)
       select $1, c.id, who.person_id, p.id, coalesce(p.item_key, ''), 'test:' || who.message_id, $2, 4, who.at, $3::timestamptz - interval '1 day', 1,
         5000, p.price_minor, 'reserved', 0, who.message_id, 1, (select y.id from stock_cycles y where y.product_id = p.id and $8),
         case when c.kind = 'new_arrivals' then jsonb_build_object('categoryId', who.at % 9 + 1) end,
         $3::timestamptz + interval '3 days', $3, $3
       from campaigns c cross join unnest($4::bigint[], $5::bigint[]) with ordinality who(message_id, person_id, at)
         left join products p on p.id = ($6::bigint[])[who.at % $9 + 1] and $7
       where c.kind = $10 order by who.at returning id, message_id`,
      [
        shopId,
        isAlert ? 'asked' : kind === 'back_in_stock' || kind === 'price_drop' ? 'viewed' : 'daily',
        dueAt,
        messages.map(({ id }) => id),
        messages.map(({ personId }) => personId),
        products,
        hasProduct,
        kind === 'back_in_stock',
        products.length,
        kind,
      ],
    )
    const ids = log.map(({ id }) => id)
    await tx.execute(
      `insert into message_candidacies (message_id, candidacy_id) select message_id, id from reengagement_log where id = any($1)`,
      [ids],
    )
    if (over !== undefined) await tx.execute(`update reengagement_log set ${over} where id = any($1)`, [ids])
    return messages.map(({ id, personId }) => ({
      id,
      shopId,
      personId,
      phoneNumberId,
      purpose,
      content: null,
      attempt: 0,
      dueAt,
      expiresAt: null,
    }))
  })
}
