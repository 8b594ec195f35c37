import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { campaignKinds, type CampaignKindName } from '../../src/campaigns/campaign-kinds.ts'
import {
  insertCampaignVersion,
  lockCampaign,
  saveCampaignSettings,
  switchCampaign,
} from '../../src/campaigns/campaign-store.ts'
import { openDailyRun } from '../../src/campaigns/daily/run-store.ts'
import { planShop } from '../../src/campaigns/plan-campaigns.ts'
import type { PlannerDeps } from '../../src/campaigns/planner.ts'
import { previewCampaign } from '../../src/campaigns/preview/preview-campaign.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import type { Shop } from '../../src/shops/shop.ts'
import { loadShop } from '../../src/shops/shop-store.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  insertAlert,
  insertCycle,
  insertPerson,
  insertProduct,
  insertShop,
  insertView,
  someMonday,
} from '../support/rows.ts'
import { digestTables } from './table-digests.ts'

const now = someMonday
const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000)
const log = pino({ level: 'silent' })
const random = createSeededRandom(3)

/**
 * A shop in which something is up for every kind: stock that came back, a price that fell, people who are away, one who asked, some who
 * may not be written to and one who was told a short while ago.
 */
async function createBusyShop(): Promise<
  AsyncDisposable & { db: Database; shop: Shop; kinds: Map<string, number> }
> {
  const db = await createTestDatabase()
  const { shopId, phoneNumberId } = await insertShop(db, ago(100))
  await db.execute('update campaigns set is_on = true, on_since = $1', [ago(90)])
  await db.transaction((tx) =>
    saveCampaignSettings(tx, shopId, 'loyalty_reward', { settings: { minSpentMinor: 10_000 }, now: ago(90) }),
  )
  const mug = await insertProduct(db, shopId, ago(80), { wcId: 1, quantity: 2 })
  const vase = await insertProduct(db, shopId, ago(80), { wcId: 2 })
  await insertProduct(db, shopId, ago(10), { wcId: 3 })
  await db.execute(`update products set category_ids = '{7}', first_published_at = created_at`)
  await insertCycle(db, shopId, mug, { openedAt: new Date(now.getTime() - 600_000) })
  await db.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at) values ($1, $2, 2000, 1290, 'EUR', 'webhook', $3, $3)`,
    [shopId, vase, new Date(now.getTime() - 900_000)],
  )
  for (let at = 0; at < 24; at++) {
    const consent = at % 8 === 7 ? 'opted_out' : at % 8 === 6 ? 'unknown' : 'opted_in'
    const country = at % 6 === 5 ? 'ES' : 'PT'
    const personId = await insertPerson(db, shopId, ago(120), { consent, country, consentAt: ago(120) })
    const away = at < 12
    if (!away) {
      if (at % 2 === 0)
        await insertView(db, shopId, { personId, productId: mug, at: ago(3 + at / 10), isSoldOut: true })
      else await insertView(db, shopId, { personId, productId: vase, at: ago(2 + at / 10) })
      if (at % 5 === 0) await insertView(db, shopId, { personId, productId: vase, at: ago(1.5) })
      await db.execute(`update product_interest set last_price_minor = 2000 where product_id = $1`, [vase])
    } else {
      await db.execute(
        `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at) values ($1, $2, $3, $4, $4, $5, $4)`,
        [personId, shopId, at % 4, ago(70 + at), at % 3 === 0 ? 20_000 : 500],
      )
      if (at % 2 === 0)
        await db.execute(
          `insert into category_interest (person_id, category_id, shop_id, views, purchases) values ($1, 7, $2, 1, 1)`,
          [personId, shopId],
        )
    }
    if (at === 14) await insertAlert(db, shopId, { personId, productId: mug, askedAt: ago(20) })
    if (at === 16)
      await db.execute(
        `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, due_at, counted_at, created_at, started_at, accepted_at)
         values ($1, $2, $3, 'campaign', 2, 'delivered', 'before', 1, $4, $4, $4, $4, $4)`,
        [shopId, personId, phoneNumberId, ago(2)],
      )
  }
  const shop = await loadShop(db, shopId)
  const campaigns = await db.query<{ id: number; kind: string }>('select id, kind from campaigns')
  return {
    db,
    shop,
    kinds: new Map(campaigns.map(({ id, kind }) => [kind, id])),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

async function planForReal(db: Database, shop: Shop, isDaily: boolean): Promise<void> {
  const deps: PlannerDeps = {
    db,
    clock: createStandingClock(now),
    random,
    log,
    wake: () => undefined,
    rereadProducts: async (_shopId, ids) => new Set(ids),
  }
  if (isDaily) await db.transaction((tx) => openDailyRun(tx, { shopId: shop.id, slot: now, now }))
  await planShop(deps, shop)
}

const readLog = (db: Database, campaignId: number | undefined): Promise<unknown[]> =>
  db.query(
    `select person_id, product_id, item_key, occasion, trigger, state, reason, retry_at, variant, reference_minor, price_minor, drop_bps
     from reengagement_log where campaign_id = $1 order by person_id, item_key, occasion`,
    [campaignId],
  )

const eventKinds = ['back_in_stock', 'price_drop']

describe('what a preview says is what then happens, row by row, and it leaves no trace', () => {
  test.each(Object.keys(campaignKinds).filter((kind) => kind !== 'browse_reminder') as CampaignKindName[])(
    '%s',
    async (kind) => {
      await using world = await createBusyShop()
      const { db, shop, kinds } = world
      const before = await digestTables(db)
      const preview = await previewCampaign({ db, random, log }, { shop, kind, now, limit: 1_000 })
      expect(await digestTables(db)).toEqual(before)
      await planForReal(db, shop, !eventKinds.includes(kind))
      const happened = await readLog(db, kinds.get(kind))
      expect(happened.length).toBeGreaterThan(0)
      const shown = preview.rows
        .map(
          ({
            personId,
            productId,
            itemKey,
            occasion,
            trigger,
            state,
            reason,
            retryAt,
            variant,
            referenceMinor,
            priceMinor,
            dropBps,
          }) => ({
            personId,
            productId,
            itemKey,
            occasion,
            trigger,
            state,
            reason,
            retryAt,
            variant,
            referenceMinor,
            priceMinor,
            dropBps,
          }),
        )
        .sort((a, b) => a.personId - b.personId || a.itemKey.localeCompare(b.itemKey))
      expect(shown).toEqual(happened)
      const messages = await db.query(
        `select root.country, count(*)::int as messages from messages m join people root on root.id = m.person_id
       where m.state = 'waiting' and exists (select 1 from reengagement_log l where l.message_id = m.id and l.campaign_id = $1)
       group by root.country order by 2 desc, 1`,
        [kinds.get(kind)],
      )
      expect(
        preview.cost.byCountry.map(({ country, messages: count }) => ({ country, messages: count })),
      ).toEqual(messages)
    },
  )
})

test('a campaign that is off is looked at as if it had been on', async () => {
  await using world = await createBusyShop()
  const { db, shop } = world
  await db.transaction((tx) => switchCampaign(tx, shop.id, 'back_in_stock', { isOn: false, now }))
  const preview = await previewCampaign({ db, random, log }, { shop, kind: 'back_in_stock', now, limit: 1 })
  expect(preview.isOn).toBe(false)
  expect(preview.rows).toHaveLength(1)
  expect(preview.rows[0]).toMatchObject({ trigger: 'asked', state: 'reserved' })
  expect(preview.groups.find((group) => group.state === 'reserved')?.people).toBeGreaterThan(1)
  expect(await db.query(`select 1 from reengagement_log`)).toEqual([])
})

test('a holdout shows, and costs nothing', async () => {
  await using world = await createBusyShop()
  const { db, shop } = world
  await db.transaction(async (tx) => {
    const campaign = await lockCampaign(tx, shop.id, 'price_drop')
    await insertCampaignVersion(tx, campaign.id, { ...campaign, holdoutBps: 10_000 }, { name: 'test', now })
  })
  const preview = await previewCampaign({ db, random, log }, { shop, kind: 'price_drop', now, limit: 100 })
  expect(preview.groups.map((group) => group.state)).toContain('held_out')
  expect(preview.cost).toMatchObject({ micros: 0, byCountry: [] })
})

test('what a campaign lacks is said instead', async () => {
  await using world = await createBusyShop()
  const { db, shop } = world
  await db.transaction((tx) => saveCampaignSettings(tx, shop.id, 'loyalty_reward', { settings: {}, now }))
  const preview = previewCampaign({ db, random, log }, { shop, kind: 'loyalty_reward', now, limit: 1 })
  await expect(preview).rejects.toMatchObject({ code: 'settings_refused' })
})

test('a preview neither waits long for others nor keeps senders waiting', async () => {
  await using world = await createBusyShop()
  const { db, shop } = world
  await db.execute(`insert into contact_budgets (person_id, shop_id) select id, shop_id from people`)
  await db.transaction(async (tx) => {
    // A sender holds everybody's budget: a preview does not care.
    await tx.execute('select 1 from contact_budgets for update')
    const preview = await previewCampaign({ db, random, log }, { shop, kind: 'back_in_stock', now, limit: 1 })
    expect(preview.rows).toHaveLength(1)
  })
  await db.execute(`update campaigns set is_on = false where kind = 'browse_reminder'`)
  await db.transaction(async (tx) => {
    await tx.execute(`update campaigns set updated_at = $1 where kind = 'browse_reminder'`, [now])
    const preview = previewCampaign({ db, random, log }, { shop, kind: 'browse_reminder', now, limit: 1 })
    await expect(preview).rejects.toMatchObject({ code: 'dry_run_in_the_way' })
  })
})
