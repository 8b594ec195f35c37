import { expect, test } from 'vitest'
import { saveNumberConnection } from '../../src/shops/number-store.ts'
import { insertCycle, insertPerson, insertProduct, insertView } from '../support/rows.ts'
import { createAdminWorld } from './admin-world.ts'

test('a preview by API names who would get something, who would not and why, and what it would cost', async () => {
  await using world = await createAdminWorld()
  const { db, shop } = world
  const now = world.clock.now()
  const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)
  const sealed = Buffer.from('x')
  await db.transaction((tx) =>
    saveNumberConnection(
      tx,
      shop.id,
      {
        appName: 'test',
        sealedAppSecret: sealed,
        sealedVerifyToken: sealed,
        wabaMetaId: '1',
        phoneNumberMetaId: '2',
        displayPhoneNumber: '+351210000000',
        ratePerSecond: 80,
      },
      now,
    ),
  )
  const productId = await insertProduct(db, shop.id, ago(9_999), { wcId: 1 })
  await insertCycle(db, shop.id, productId, { openedAt: ago(5) })
  const told = await insertPerson(db, shop.id, ago(9_999))
  const not = await insertPerson(db, shop.id, ago(9_999), { consent: 'opted_out' })
  for (const personId of [told, not]) await insertView(db, shop.id, { personId, productId, at: ago(500) })
  const answer = await world.call('GET', '/v1/campaigns/back_in_stock/preview')
  expect(answer).toMatchObject({
    status: 200,
    body: {
      isOn: false,
      assumes: expect.stringContaining('as if it had been on') as string,
      groups: [
        { state: 'reserved', reason: null, text: 'Would get the message now.', people: 1 },
        {
          state: 'suppressed',
          reason: 'opted_out',
          text: 'This person has opted out of marketing messages.',
          people: 1,
        },
      ],
      people: [
        { product: 'Product 1', trigger: 'viewed', state: 'reserved', until: null },
        { state: 'suppressed', reason: 'opted_out' },
      ],
      cost: { currency: 'USD', byCountry: [{ country: 'PT', messages: 1 }] },
      heldRuns: 0,
    },
  })
  const [row] = await db.query<{ publicId: string }>('select public_id from people where id = $1', [told])
  expect((answer.body['people'] as { person: string }[])[0]?.person).toBe(row?.publicId)
  expect(await db.query('select 1 from reengagement_log')).toEqual([])
  expect((await world.call('GET', '/v1/campaigns/loyalty_reward/preview')).status).toBe(400)
  expect((await world.call('GET', '/v1/campaigns/birthday/preview')).status).toBe(404)
})
