import { pino } from 'pino'
import { createAdminRoutes } from '../../src/admin/admin-routes.ts'
import type { TemplateActions } from '../../src/admin/api/template-endpoints.ts'
import { ensureCampaigns } from '../../src/campaigns/campaign-store.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'
import { createWebApp, listen } from '../../src/platform/web.ts'
import { connectShop } from '../../src/shops/connect-shop.ts'
import type { Shop } from '../../src/shops/shop.ts'
import { bareShop } from '../support/bare-shop.ts'
import { createTestDatabase } from '../support/database.ts'
import { callApi, type ApiAnswer } from './api-call.ts'

/** The API of a hub whose shop, in Lisbon, is connected to nothing, and whose campaigns are all off. */
export interface AdminWorld extends AsyncDisposable {
  db: Database
  clock: MovableClock
  shop: Shop
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** Everything in a table, to see that nothing has changed. */
  rows(table: string): Promise<unknown[]>
  /** Lanes that were woken. */
  woken: string[]
}

const apiToken = 'test-api-token'

// The shop is connected to nothing.
const nobody = async () => ({ kind: 'unknown' as const, reason: 'not connected' })
const templatesOfNobody = { sync: nobody, create: nobody, unpause: async () => undefined }

export async function createAdminWorld(
  options: { templates?: Partial<TemplateActions> } = {},
): Promise<AdminWorld> {
  const db = await createTestDatabase()
  const clock = createStandingClock(new Date('2026-03-10T12:00:00Z'))
  const random = createSeededRandom(1)
  const woken: string[] = []
  const box = createSecretsBox({ current: Buffer.alloc(32, 7) })
  const shop = await connectShop({ db, box }, bareShop, clock.now())
  await db.transaction((tx) => ensureCampaigns(tx, shop.id, clock.now()))
  const web = createWebApp({ log: pino({ level: 'silent' }), random }, (app) => {
    app.use(
      createAdminRoutes({
        db,
        clock,
        random,
        apiToken,
        visitorKey: Buffer.alloc(32, 9),
        metrics: createMetrics(),
        consent: { onOptOut: async () => undefined },
        templates: { ...templatesOfNobody, definitions: loadTemplateDefinitions(), ...options.templates },
        version: 'test',
        wake: (lane) => woken.push(lane),
        log: pino({ level: 'silent' }),
      }),
    )
  })
  const listening = await listen(web, 0)
  const url = `http://127.0.0.1:${listening.port}`
  return {
    db,
    clock,
    shop,
    woken,
    call: (method, path, body) => callApi({ url, apiToken }, method, path, body),
    rows: (table) => db.query(`select * from ${table} order by 1, 2`),
    [Symbol.asyncDispose]: async () => {
      await listening.close(0)
      await db[Symbol.asyncDispose]()
    },
  }
}
