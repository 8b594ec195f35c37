import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import { applyOrderVersion } from '../../src/orders/apply-order-version.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { attributeOrders } from '../../src/results/attribute-orders.ts'
import { followLink } from '../../src/results/follow-link.ts'
import { saveShopSettings, loadShop } from '../../src/shops/shop-store.ts'
import type { Shop } from '../../src/shops/shop.ts'
import { wooOrder } from '../orders/order-builder.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertProduct, insertShop, someMonday } from '../support/rows.ts'

export const links = createLinkTokens(Buffer.alloc(32, 6))
/** Hours after noon of the Monday on which these tests play. */
export const hour = (hours: number): Date => new Date(someMonday.getTime() + hours * 3_600_000)

const browser = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5'

export interface CandidacySeed {
  kind?: string
  personId: number
  productId?: number
  at?: Date
  state?: string
  reason?: string | null
  variant?: string | null
  value?: number
  trigger?: string
}

export interface MessageSeed {
  personId: number
  candidacies: number[]
  startedAt?: Date | null
  deliveredAt?: Date | null
  readAt?: Date | null
  state?: string
  purpose?: string
  costMicros?: number
}

export interface ResultsWorld extends AsyncDisposable {
  db: Database
  clock: MovableClock
  shop: Shop
  person(seed?: { mergedInto?: number }): Promise<number>
  product(wcId: number): Promise<number>
  candidacy(seed: CandidacySeed): Promise<number>
  message(seed: MessageSeed): Promise<number>
  coupon(code: string, candidacyId: number, personId: number): Promise<void>
  /** Somebody taps on the link; a program looks at it. */
  click(messageId: number, at: Date, productId?: number | null): Promise<string | undefined>
  look(messageId: number, at: Date): Promise<string | undefined>
  order(personId: number | null, change: Partial<WooOrder>): Promise<void>
  inbound(personId: number, at: Date): Promise<void>
  optOut(personId: number, at: Date): Promise<void>
  settings(results: Record<string, unknown>): Promise<void>
  attribute(): Promise<void>
  ledger(): Promise<
    { messageId: number; how: string; conversions: number; amountMinor: number; currency: string }[]
  >
}

/** A shop in Lisbon, and rows as the rooms below leave them. */
export async function createResultsWorld(): Promise<ResultsWorld> {
  const db = await createTestDatabase()
  const clock = createStandingClock(someMonday)
  const { shopId, phoneNumberId } = await insertShop(db, someMonday)
  const shop = await loadShop(db, shopId)
  let nth = 0
  const visit = (messageId: number, at: Date, how: { productId: number | null; userAgent: string }) => {
    clock.set(at)
    const token = links.tokenOf(messageId, how.productId)
    return followLink({ db, clock, links }, token, {
      method: 'GET',
      userAgent: how.userAgent,
      purpose: undefined,
    })
  }
  return {
    db,
    clock,
    shop,
    person: async ({ mergedInto } = {}) => {
      const id = await insertPerson(db, shopId, someMonday)
      if (mergedInto !== undefined)
        await db.execute('update people set merged_into = $2, root_id = $2 where id = $1', [id, mergedInto])
      return id
    },
    product: (wcId) => insertProduct(db, shopId, someMonday, { wcId }),
    candidacy: async (seed) => {
      const [row] = await db.query<{ id: number }>(
        `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
           variant, settings_version, state, reason, reason_count, expires_at, considered_at, updated_at)
         select $1, id, $3, $4::bigint, coalesce('id:' || $4::bigint, ''), 'episode:' || $5::int, $6, $7, 0, $8, $9, 1, $10, $11, 1, $8, $8, $8
         from campaigns where shop_id = $1 and kind = $2 returning id`,
        [
          shopId,
          seed.kind ?? 'back_in_stock',
          seed.personId,
          seed.productId ?? null,
          nth++,
          seed.trigger ?? 'viewed',
          seed.value ?? 4,
          seed.at ?? someMonday,
          seed.variant ?? null,
          seed.state ?? 'delivered',
          seed.reason ?? null,
        ],
      )
      return row!.id
    },
    message: async (seed) => {
      const startedAt = seed.startedAt === undefined ? someMonday : seed.startedAt
      const [row] = await db.query<{ id: number }>(
        `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, due_at, counted_at, created_at,
           started_at, delivered_at, read_at, cost_micros, cost_currency)
         values ($1, $2, $3, $4, 2, $5, $6, 1, $7, $7, $7, $8, $9, $10, $11::bigint, case when $11::bigint is not null then 'USD' end) returning id`,
        [
          shopId,
          seed.personId,
          phoneNumberId,
          seed.purpose ?? 'campaign',
          seed.state ?? 'delivered',
          `callback-${nth++}`,
          startedAt ?? someMonday,
          startedAt,
          seed.deliveredAt === undefined ? startedAt : seed.deliveredAt,
          seed.readAt ?? null,
          seed.costMicros ?? null,
        ],
      )
      const id = row!.id
      await db.execute(
        `insert into message_candidacies (message_id, candidacy_id) select $1, unnest($2::bigint[])`,
        [id, seed.candidacies],
      )
      await db.execute('update reengagement_log set message_id = $1 where id = any($2)', [
        id,
        seed.candidacies,
      ])
      return id
    },
    coupon: async (code, candidacyId, personId) => {
      await db.execute(
        `insert into coupons (shop_id, person_id, candidacy_id, code, percent_bps, last_day, expires_at, state, attempts, due_at, created_at, updated_at)
         values ($1, $2, $3, $4, 1000, '2026-03-16', $5, 'made', 1, $5, $5, $5)`,
        [shopId, personId, candidacyId, code, someMonday],
      )
    },
    click: (messageId, at, productId = null) => visit(messageId, at, { productId, userAgent: browser }),
    look: (messageId, at) => visit(messageId, at, { productId: null, userAgent: 'WhatsApp/2.24.1' }),
    order: async (personId, change) => {
      const deps = {
        findPerson: async () => (personId === null ? undefined : { personId, matchedBy: 'phone' as const }),
      }
      await db.transaction((tx) =>
        applyOrderVersion(tx, deps, shopId, { order: wooOrder(change), now: clock.now() }),
      )
    },
    inbound: async (personId, at) => {
      await db.execute(
        `insert into inbound_messages (shop_id, person_id, phone_number_id, wamid, type, payload, at, received_at)
         values ($1, $2, $3, $4, 'text', '{}', $5, $5)`,
        [shopId, personId, phoneNumberId, `wamid.${nth++}`, at],
      )
    },
    optOut: async (personId, at) => {
      await db.execute(
        `insert into consent_log (shop_id, person_id, purpose, state, how, at) values ($1, $2, 'marketing', 'opted_out', 'keyword', $3)`,
        [shopId, personId, at],
      )
    },
    settings: async (results) => {
      await db.transaction((tx) =>
        saveShopSettings(tx, shopId, { results }, { name: 'test', now: someMonday }),
      )
    },
    attribute: async () => {
      clock.advance(1000)
      while ((await attributeOrders({ db, clock, links })) > 0);
    },
    ledger: () =>
      db.query(
        `select message_id, how, sum(conversions)::int as conversions, sum(amount_minor)::bigint as amount_minor, currency
         from attribution_ledger group by message_id, how, currency
         having sum(conversions) <> 0 or sum(amount_minor) <> 0 order by 1, 2`,
      ),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
