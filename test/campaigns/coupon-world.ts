import { pino } from 'pino'
import { workOnCoupons, type CouponDeps } from '../../src/campaigns/loyalty-reward/coupon-lane.ts'
import { readyCoupons, type ReadyCoupon } from '../../src/campaigns/loyalty-reward/ready-coupon.ts'
import {
  loyaltyRewardSettingsSchema,
  type LoyaltyRewardSettings,
} from '../../src/campaigns/loyalty-reward/settings.ts'
import type { WooCredentials } from '../../src/connectors/woocommerce/oauth.ts'
import { createWooClient, type WooClient } from '../../src/connectors/woocommerce/woo-client.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createHttpClient } from '../../src/platform/http-client.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import type { Coupon } from '../../src/sandbox/shop/shop-state.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertShop } from '../support/rows.ts'

/** The played shop, a hub's database that knows it, and the lane that stands between them. */
export interface CouponWorld extends AsyncDisposable {
  db: Database
  clock: MovableClock
  sandbox: Sandbox
  shopId: number
  settings: LoyaltyRewardSettings
  /** Somebody with a candidacy that has its turn. */
  candidacy(state?: string): Promise<number>
  /** As the check before sending asks for it. */
  ready(candidacyId: number): Promise<ReadyCoupon>
  /** One round of the lane, however far it gets; how many coupons it took. */
  work(): Promise<number>
  /** Rounds until nothing is due. */
  workAll(): Promise<void>
  row(candidacyId: number): Promise<Row>
  inShop(): Coupon[]
  /** From now on the hub calls with this key. */
  useKey(credentials: WooCredentials): void
  deps: CouponDeps
}

export interface Row {
  code: string
  state: string
  reason: string | null
  wcId: number | null
  attempts: number
  lastDay: string
}

export const start = '2026-03-10T12:00:00Z'

export async function createCouponWorld(
  given: {
    timeZone?: string
    siteZone?: string
    now?: string
    settings?: Partial<LoyaltyRewardSettings>
    timeoutMs?: number
  } = {},
): Promise<CouponWorld> {
  const db = await createTestDatabase()
  const clock = createStandingClock(new Date(given.now ?? start))
  const log = pino({ level: 'silent' })
  const random = createSeededRandom(3)
  const timeZone = given.timeZone ?? 'Europe/Lisbon'
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    clock,
    random,
    log,
    seed: 'empty',
    options: { timeZone: given.siteZone ?? timeZone },
  })
  const { shopId, campaignId } = await insertShop(db, clock.now())
  await db.execute('update shops set time_zone = $1', [timeZone])
  const http = createHttpClient({ baseURL: '', timeoutMs: given.timeoutMs ?? 10_000 })
  const clientWith = (credentials: WooCredentials): WooClient =>
    createWooClient({
      http,
      storeUrl: sandbox.storeUrl,
      credentials,
      clock,
      random,
      pause: async () => undefined,
    })
  const client = clientWith(sandbox.credentials.woo)
  const deps: CouponDeps = { db, clock, log, wooClientOf: async () => client }
  const settings = loyaltyRewardSettingsSchema.parse({ minSpentMinor: 10_000, ...given.settings })
  const world: CouponWorld = {
    db,
    clock,
    sandbox,
    shopId,
    settings,
    deps,
    candidacy: async (state = 'reserved') => {
      const personId = await insertPerson(db, shopId, clock.now())
      const [row] = await db.query<{ id: number }>(
        `insert into reengagement_log (shop_id, campaign_id, person_id, item_key, occasion, trigger, rank, interest_at, settings_version, state,
           reason_count, value, expires_at, considered_at, updated_at)
         values ($1, $2, $3, '', 'episode:1', 'daily', 1, $4, 1, $5, 0, 6, $6, $4, $4) returning id`,
        [shopId, campaignId, personId, clock.now(), state, new Date(clock.now().getTime() + 14 * 86_400_000)],
      )
      return row!.id
    },
    ready: (candidacyId) =>
      db.transaction(async (tx) => {
        const [log] = await tx.query<{ personId: number }>(
          'select person_id from reengagement_log where id = $1',
          [candidacyId],
        )
        const about = { shopId, settings, timeZone, now: clock.now(), wake: () => undefined }
        const ready = await readyCoupons(tx, about, [{ candidacyId, personId: log!.personId }])
        return ready.get(candidacyId)!
      }),
    work: () => workOnCoupons(deps),
    workAll: async () => {
      while ((await workOnCoupons(deps)) > 0);
    },
    row: async (candidacyId) => {
      const [row] = await db.query<Row>(
        'select code, state, reason, wc_id, attempts, last_day from coupons where candidacy_id = $1',
        [candidacyId],
      )
      return row!
    },
    inShop: () => sandbox.shop.coupons(),
    useKey: (credentials) => {
      deps.wooClientOf = async () => clientWith(credentials)
    },
    [Symbol.asyncDispose]: async () => {
      http.close()
      await sandbox.stop()
      await db[Symbol.asyncDispose]()
    },
  }
  return world
}

/** The coupon with its last day, once it is made. */
export async function madeCoupon(
  world: CouponWorld,
  candidacyId: number,
): Promise<{ code: string; lastDay: string }> {
  await world.ready(candidacyId)
  await world.workAll()
  const ready = await world.ready(candidacyId)
  if (ready.kind !== 'ready') throw new Error(`The coupon is not ready but ${JSON.stringify(ready)}.`)
  return ready
}
