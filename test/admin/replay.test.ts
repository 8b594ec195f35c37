import { expect, test } from 'vitest'
import { saveNumberConnection } from '../../src/shops/number-store.ts'
import { insertCycle, insertPerson, insertProduct, insertView } from '../support/rows.ts'
import { createAdminWorld } from './admin-world.ts'
import { faultsOf } from './api-call.ts'

test('a replay by API says in words what would have come out differently', async () => {
  await using world = await createAdminWorld()
  const { db, shop } = world
  const now = world.clock.now()
  const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)
  const sealed = Buffer.from('x')
  const number = {
    appName: 'test',
    sealedAppSecret: sealed,
    sealedVerifyToken: sealed,
    wabaMetaId: '1',
    phoneNumberMetaId: '2',
    displayPhoneNumber: '+351210000000',
    ratePerSecond: 80,
  }
  await db.transaction((tx) => saveNumberConnection(tx, shop.id, number, now))
  await db.execute(`update campaigns set is_on = true, on_since = $1 where kind = 'back_in_stock'`, [
    ago(100),
  ])
  const productId = await insertProduct(db, shop.id, ago(300), { wcId: 1 })
  await insertCycle(db, shop.id, productId, { openedAt: ago(24) })
  const personId = await insertPerson(db, shop.id, ago(2_000))
  await insertView(db, shop.id, { personId, productId, at: ago(240) })
  // As it went, nobody was considered, for the hub was down.
  const answer = await world.call('POST', '/v1/campaigns/replay', { days: 2 })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      outcomes: [{ kind: 'back_in_stock', outcome: 'told', text: 'Told.', happened: 0, replayed: 1 }],
      differences: {
        count: 1,
        first: [{ product: 'Product 1', happened: null, replayed: { outcome: 'told', text: 'Told.' } }],
      },
    },
  })
  const narrow = { days: 2, campaigns: { back_in_stock: { settings: { interestDays: 5 } } } }
  expect((await world.call('POST', '/v1/campaigns/replay', narrow)).body['outcomes']).toEqual([])
  const strict = { days: 2, campaigns: { back_in_stock: { audience: { include: { tags: ['vip'] } } } } }
  expect((await world.call('POST', '/v1/campaigns/replay', strict)).body['outcomes']).toMatchObject([
    { outcome: 'suppressed', reason: 'not_in_audience', happened: 0, replayed: 1 },
  ])
  expect(await db.query('select 1 from reengagement_log')).toEqual([])
})

test('a replay under impossible settings is refused with the field and the reason', async () => {
  await using world = await createAdminWorld()
  const replay = (body: unknown) => world.call('POST', '/v1/campaigns/replay', body)
  expect(faultsOf(await replay({ days: 0 }))).toEqual(['days: must be at least 1'])
  expect(faultsOf(await replay({ settings: { caps: { campaignEveryDays: 0 } } }))).toEqual([
    'caps.campaignEveryDays: must be at least 1',
  ])
  expect(
    faultsOf(await replay({ campaigns: { price_drop: { settings: { thresholdBps: 10_100 } } } })),
  ).toEqual(['settings.thresholdBps: must be at most 9999'])
  expect((await replay({ campaigns: { birthday: {} } })).status).toBe(404)
})
