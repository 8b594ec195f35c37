import { pino } from 'pino'
import { expect, test } from 'vitest'
import { turnCampaign, changeCampaign } from '../../src/campaigns/change-campaign.ts'
import { runDaily } from '../../src/campaigns/daily/run-daily.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { createWorld, type World } from '../support/world.ts'

const by = (world: World) => ({ name: 'test', now: world.clock.now() })

/** Rita has bought five times, was last seen 65 days ago, and it is nine in the morning. */
async function worldWithReward(): Promise<{ world: World; rita: string }> {
  const world = await createWorld({ now: '2026-03-10T09:00:00Z' })
  const rita = await world.person('Rita')
  await world.product('CUP', 20)
  const now = world.clock.now()
  await world.db.execute(
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     select id, shop_id, 5, $1, $1, 40000, $1 from people`,
    [now],
  )
  await world.db.transaction(async (tx) => {
    const which = { shopId: world.shop.id, kind: 'loyalty_reward' } as const
    await changeCampaign(tx, which, { settings: { minSpentMinor: 30_000 } }, by(world))
    await turnCampaign(tx, which, true, by(world))
  })
  world.clock.set(new Date('2026-05-14T09:00:00Z'))
  const log = pino({ level: 'silent' })
  const deps = { db: world.db, clock: world.clock, random: systemRandom, log, wake: () => undefined }
  await runDaily(
    { ...deps, rereadProducts: async () => new Set() },
    world.shop.id,
    new Date('2026-05-14T08:00:00Z'),
  )
  return { world, rita }
}

const couponState = async (world: World) => {
  const [coupon] = await world.db.query<{ code: string; state: string }>('select code, state from coupons')
  return coupon
}

test('the reward goes out with a coupon that the shop has made, and the order that uses it is known', async () => {
  const { world, rita } = await worldWithReward()
  await using _ = world
  await world.settle()
  expect(world.templatesTo(rita)).toEqual([])
  const [coupon] = world.sandbox.shop.coupons()
  expect(coupon).toMatchObject({ amount: '10.00', expires: '2026-05-29T00:00:00' })

  await world.pass(1)
  const [message] = world.templatesTo(rita)
  expect(message!.shown).toContain(coupon!.code)
  expect(message!.shown).toContain('28')
  expect(world.sandbox.shop.coupons()).toHaveLength(1)
  expect(await couponState(world)).toEqual({ code: coupon!.code, state: 'made' })

  await world.sandbox.shop.checkout({
    items: [{ product: 'CUP', quantity: 1 }],
    billing: { email: 'rita@example.com' },
    couponCodes: [coupon!.code],
  })
  await world.settle()
  expect(await couponState(world)).toMatchObject({ state: 'used' })
})

test('a person who opts out while the coupon is being made gets neither message nor coupon', async () => {
  const { world, rita } = await worldWithReward()
  await using _ = world
  await world.settle()
  expect(world.sandbox.shop.coupons()).toHaveLength(1)
  world.sandbox.whatsapp.writes(rita, 'STOP')
  await world.settle()
  await world.pass(1)
  expect(world.templatesTo(rita)).toEqual([])
  expect(world.sandbox.shop.coupons()).toEqual([])
  expect(await couponState(world)).toMatchObject({ state: 'deleted' })
})

test('a shop that makes no coupons gets its reason into the log, and nothing is sent', async () => {
  const { world, rita } = await worldWithReward()
  await using _ = world
  world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'no_route' }])
  await world.settle()
  await world.pass(1)
  expect(world.templatesTo(rita)).toEqual([])
  expect(await world.log()).toEqual([{ name: 'Rita', state: 'suppressed', reason: 'coupons_disabled' }])
})

test('while nobody knows whether the message came, its coupon stays; when it is refused for good, it goes', async () => {
  const { world, rita } = await worldWithReward()
  await using _ = world
  await world.settle()
  world.sandbox.whatsapp.setFaults({ loseAnswers: 1, loseUpdates: 10 })
  await world.pass(1)
  expect(await world.log()).toMatchObject([{ state: 'uncertain' }])
  await world.pass(60)
  expect(await world.log()).toMatchObject([{ state: 'unknown' }])
  expect(world.sandbox.shop.coupons()).toHaveLength(1)
  expect(await couponState(world)).toMatchObject({ state: 'made' })
  expect(world.templatesTo(rita)).toHaveLength(1)

  const second = await worldWithReward()
  await using __ = second.world
  await second.world.settle()
  second.world.sandbox.whatsapp.setFaults({ refuse: { code: 131026 } })
  await second.world.pass(1)
  expect(await second.world.log()).toMatchObject([{ state: 'failed' }])
  expect(second.world.sandbox.shop.coupons()).toEqual([])
})
